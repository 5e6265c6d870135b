/** What lies between a browser and HiveBox, and can be cut. */

import { connect, createServer } from "node:net";

export class Wire {
  #ends = new Set();
  #isCut = false;
  #server;

  /** A wire to where a URL points. */
  static async to(url) {
    const { hostname, port } = new URL(url);
    const wire = new Wire();
    wire.#server = createServer((near) => wire.#join(near, connect(Number(port), hostname)));
    await new Promise((done) => wire.#server.listen(0, "127.0.0.1", done));
    wire.url = `http://127.0.0.1:${wire.#server.address().port}`;
    return wire;
  }

  #join(near, far) {
    for (const [end, other] of [[near, far], [far, near]]) {
      this.#ends.add(end);
      end.on("error", () => other.destroy());
      end.on("close", () => {
        this.#ends.delete(end);
        other.destroy();
      });
    }
    if (this.#isCut) near.destroy();
    else near.pipe(far).pipe(near);
  }

  /** From now on nothing comes through, nor does what has begun end well. */
  cut() {
    this.#isCut = true;
    for (const end of this.#ends) end.destroy();
  }

  mend() {
    this.#isCut = false;
  }

  close() {
    this.cut();
    this.#server.close();
  }
}
