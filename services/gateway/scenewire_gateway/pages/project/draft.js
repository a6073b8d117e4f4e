/** Changes to a storyboard that are not sent yet. They survive a reload, and somebody else's version. */

const FIELDS = ["text", "voice", "media", "footage_query", "picture", "pause"];

function untouched(storyboard) {
  return { revision: storyboard?.revision ?? 0, scenes: {}, sequence: null, dropped: [], added: {}, options: {} };
}

export class Draft extends EventTarget {
  /**
   * @param {string} projectId
   * @param {object|null} storyboard - the one that the project has now; null before it is written.
   */
  constructor(projectId, storyboard) {
    super();
    this.key = `scenewire.draft.${projectId}`;
    this.storyboard = storyboard;
    this.state = JSON.parse(sessionStorage.getItem(this.key) ?? "null") ?? untouched(storyboard);
    this.rebase(storyboard);
  }

  /** Keys of all scenes in their new order: ids of the storyboard's, and of those that were added. */
  get sequence() {
    return this.state.sequence ?? this.#original;
  }

  get #original() {
    return (this.storyboard?.scenes ?? []).map(({ id }) => id);
  }

  /** The number of changes. */
  get size() {
    const { scenes, dropped, added, options } = this.state;
    const changed = Object.keys(scenes).filter((id) => !dropped.includes(id));
    return (
      changed.length +
      dropped.length +
      Object.keys(added).length +
      Object.keys(options).length +
      (this.#isMoved ? 1 : 0)
    );
  }

  get #isMoved() {
    return this.#kept.join() !== this.#original.filter((id) => !this.isDropped(id)).join();
  }

  get #kept() {
    return this.sequence.filter((key) => !this.isAdded(key) && !this.isDropped(key));
  }

  isDropped(key) {
    return this.state.dropped.includes(key);
  }

  isAdded(key) {
    return key in this.state.added;
  }

  isChanged(key) {
    return key in this.state.scenes || this.isAdded(key) || this.isDropped(key);
  }

  /** Fields that were changed, by name. */
  of(key) {
    return this.state.added[key] ?? this.state.scenes[key]?.changes ?? {};
  }

  /** The scene's present text, if somebody else changed it since it was edited here. */
  meanwhile(scene) {
    const edited = this.state.scenes[scene.id];
    return edited?.changes.text !== undefined && edited.was !== scene.text ? scene.text : null;
  }

  /** Changes fields of a scene; undefined, and the value that the scene has, take a change back. */
  change(key, fields) {
    if (this.isAdded(key)) Object.assign(this.state.added[key], fields);
    else
      this.#changeScene(
        this.storyboard.scenes.find(({ id }) => id === key),
        fields,
      );
    this.#changed();
  }

  #changeScene(scene, fields) {
    const changes = { ...this.of(scene.id), ...fields };
    for (const field of FIELDS)
      if (changes[field] === undefined || changes[field] === scene[field]) delete changes[field];
    if (Object.keys(changes).length)
      this.state.scenes[scene.id] = { was: scene.text, ...this.state.scenes[scene.id], changes };
    else delete this.state.scenes[scene.id];
  }

  /** Changes an option of the whole video; undefined takes it back. */
  option(name, value) {
    if (value === undefined) delete this.state.options[name];
    else this.state.options[name] = value;
    this.#changed();
  }

  /** Leaves a scene out; an added one is gone. */
  drop(key) {
    if (this.isAdded(key)) {
      delete this.state.added[key];
      this.state.sequence = this.sequence.filter((other) => other !== key);
    } else {
      this.state.dropped.push(key);
    }
    this.#changed();
  }

  restore(key) {
    this.state.dropped = this.state.dropped.filter((other) => other !== key);
    this.#changed();
  }

  /** Moves a scene by so many places. */
  move(key, places) {
    const keys = this.sequence.filter((other) => other !== key);
    keys.splice(Math.max(0, this.sequence.indexOf(key) + places), 0, key);
    this.state.sequence = keys;
    this.#changed();
  }

  /** Adds an empty scene behind another; returns its key. */
  add(after) {
    const key = `new-${Date.now()}`;
    this.state.added[key] = { text: "" };
    this.state.sequence = this.sequence.flatMap((other) => (other === after ? [other, key] : [other]));
    this.#changed();
    return key;
  }

  /** Forgets all changes; after they were made, `storyboard` has them. */
  clear(storyboard = this.storyboard) {
    this.storyboard = storyboard;
    this.state = untouched(storyboard);
    this.#changed();
  }

  /** Returns the body of the request, in the numbers of the storyboard that the changes are based on. */
  edit(approve) {
    const numbers = new Map(this.storyboard.scenes.map(({ id, number }) => [id, number]));
    const scenes = Object.entries(this.state.scenes)
      .filter(([id]) => !this.isDropped(id))
      .map(([id, { changes }]) => ({ scene: numbers.get(id), ...changes }));
    const added = [];
    let after = 0;
    for (const key of this.sequence) {
      if (this.isAdded(key)) added.push({ after, ...this.state.added[key] });
      else if (!this.isDropped(key)) after = numbers.get(key);
    }
    const isReordered = this.#isMoved || this.state.dropped.length > 0;
    const order = isReordered ? this.#kept.map((id) => numbers.get(id)) : null;
    return {
      expected_revision: this.state.revision,
      scenes,
      added: added.filter(({ text }) => text.trim()),
      order,
      options: this.state.options,
      approve,
    };
  }

  /** Puts the changes on top of a newer storyboard. A changed scene that it no longer has becomes an added one. */
  rebase(storyboard) {
    if (!storyboard) return;
    this.storyboard = storyboard;
    if (storyboard.revision === this.state.revision) return;
    const present = new Set(this.#original);
    for (const [id, { changes }] of Object.entries(this.state.scenes)) {
      if (present.has(id)) continue;
      delete this.state.scenes[id];
      if (changes.text !== undefined) this.state.added[id] = { text: changes.text };
    }
    this.state.dropped = this.state.dropped.filter((id) => present.has(id));
    this.state.sequence = this.state.sequence && this.#mergedSequence(present);
    this.state.sequence ??= Object.keys(this.state.added).length
      ? [...this.#original, ...Object.keys(this.state.added)]
      : null;
    this.state.revision = storyboard.revision;
    this.#changed();
  }

  #mergedSequence(present) {
    const keys = this.state.sequence.filter((key) => present.has(key) || this.isAdded(key));
    this.#original.forEach((id, place) => {
      if (!keys.includes(id)) keys.splice(keys.indexOf(this.#original[place - 1]) + 1, 0, id);
    });
    return keys;
  }

  #changed() {
    if (this.size) sessionStorage.setItem(this.key, JSON.stringify(this.state));
    else sessionStorage.removeItem(this.key);
    this.dispatchEvent(new Event("change"));
  }
}
