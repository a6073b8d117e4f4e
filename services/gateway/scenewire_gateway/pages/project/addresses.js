/** Addresses of what scenes show. */

/** A picture of the scene as it is in the video, or of its footage before. Each has its own address: browsers keep pictures. */
export const pictureOf = ({ picture_url: address, state }) => (address ? `${address}&of=${state === "rendered" ? "segment" : "clip"}` : null);

/** A scene with its sound. */
export const previewOf = ({ id, revision }, number) => `/v1/projects/${id}/preview/${number}.mp4?revision=${revision}`;
