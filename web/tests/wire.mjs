/** A TCP proxy between a browser and HiveBox that can break connections. */

import { connect, createServer } from "node:net";

export class Wire {
  #ends = new Set();
  #isCut = false;
  #server;

  /** Starts a proxy to the host and port of a URL. */
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

  /** Breaks all connections and refuses new ones. */
  cut() {
    this.#isCut = true;
    for (const end of this.#ends) end.destroy();
  }

  /** Accepts connections again. */
  mend() {
    this.#isCut = false;
  }

  close() {
    this.cut();
    this.#server.close();
  }
}
