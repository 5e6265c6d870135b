/** Server-Sent Events as they come in pieces. */

export interface ServerEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/** Takes pieces of a stream, and tells the events that are whole, and how long the server wants clients to stay away. */
export class EventReader {
  private rest = "";
  private id = "";
  /** Milliseconds until a client shall come back. */
  retry: number | null = null;

  read(piece: string): ServerEvent[] {
    const blocks = (this.rest + piece).replaceAll("\r\n", "\n").split("\n\n");
    this.rest = blocks.pop() ?? "";
    return blocks.map((block) => this.event(block)).filter((event) => event !== null);
  }

  private event(block: string): ServerEvent | null {
    const data: string[] = [];
    let event = "message";
    for (const line of block.split("\n")) {
      const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (field === "data") data.push(value);
      else if (field === "event") event = value;
      else if (field === "id") this.id = value;
      else if (field === "retry" && /^\d+$/.test(value)) this.retry = Number(value);
    }
    return data.length > 0 ? { event, id: this.id, data: data.join("\n") } : null;
  }
}
