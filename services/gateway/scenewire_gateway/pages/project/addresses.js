/** Addresses of what scenes show. */

/** A picture of the scene in the video, or of its footage before. Each has its own address, because browsers keep them. */
export const pictureOf = ({ picture_url: address, state }) =>
  address ? `${address}&of=${state === "rendered" ? "segment" : "clip"}` : null;

/** A scene with its sound. */
export const previewOf = ({ id, revision }, number) => `/v1/projects/${id}/preview/${number}.mp4?revision=${revision}`;
