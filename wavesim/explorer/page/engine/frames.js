// Which frame is drawn next, and when: one after the other as the display goes, and none while nothing changes.
import { $, put } from "../dom.js";
import { rememberFrame } from "./state.js";

export class Frames {
  constructor(state, engine, measures, paint) {
    Object.assign(this, { state, engine, measures, paint });
    this.newest = null;
    this.coming = [];
    this.drawnSeq = -1;
    this.dirty = true;
    this.drawn = 0;
    this.last = 0;
  }

  begin() {
    setInterval(() => { put($("rate"), `${this.drawn} frames/s`); this.drawn = 0; }, 1000);
    this.loop = (now) => {
      requestAnimationFrame(this.loop);
      if (this.dirty) this.draw(now);
    };
    requestAnimationFrame(this.loop);
  }

  // Something other than the frame has changed.
  refresh() { this.dirty = true; }

  add(frame) {
    // a run is drawn frame after frame, as the display goes; what belongs to an older run, or was passed over by hand, is not drawn any more
    if (!this.state.playing || frame.generation !== this.coming.at(-1)?.generation) this.coming.length = 0;
    this.coming.push(frame);
    this.refresh();
  }

  clear() {
    this.newest = null;
    this.coming.length = 0;
  }

  draw(now) {
    this.newest = this.coming.shift() ?? this.newest;
    this.dirty = this.coming.length > 0;
    const { newest, state } = this, fresh = newest && newest.seq !== this.drawnSeq;
    if (newest) state.frame = newest;
    if (fresh) this.count(newest, now);
    if (state.scenario && state.scene) this.paint();
    if (fresh) {
      this.drawnSeq = newest.seq;
      this.engine.ack(newest.seq);
    }
  }

  count(frame, now) {
    rememberFrame(this.state, frame);
    this.drawn += 1;
    this.measures.drawn += 1;
    this.measures.gaps.push(now - this.last);
    this.last = now;
    if (this.measures.gaps.length > 4000) this.measures.gaps.shift();
    this.engine.seen(frame.generation);
  }
}
