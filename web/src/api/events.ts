/** A parser for Server-Sent Events that arrive in chunks. */

export interface ServerEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/** Collects chunks of a stream and returns the complete events. */
export class EventReader {
  private rest = "";
  private id = "";
  /** The server's reconnection delay in milliseconds; `null` if it sent none. */
  retry: number | null = null;

  read(chunk: string): ServerEvent[] {
    const blocks = (this.rest + chunk).replaceAll("\r\n", "\n").split("\n\n");
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
