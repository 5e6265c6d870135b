import { describe, expect, it } from "vitest";
import { EventReader } from "./events";

const stream =
  'retry: 7536\n\nevent: present\nid: 2026-11-25T12:26:14.591Z\ndata: {"as_of":1}\n\n: heartbeat\n\nevent: present\ndata: a\r\ndata: b\r\n\r\nevent: half';

describe("a stream", () => {
  it("yields the same events however it is split into chunks", () => {
    for (const size of [1, 7, stream.length]) {
      const reader = new EventReader();
      const events = Array.from({ length: Math.ceil(stream.length / size) }, (_, index) =>
        reader.read(stream.slice(index * size, (index + 1) * size)),
      ).flat();
      expect(events).toEqual([
        { event: "present", id: "2026-11-25T12:26:14.591Z", data: '{"as_of":1}' },
        { event: "present", id: "2026-11-25T12:26:14.591Z", data: "a\nb" },
      ]);
      expect(reader.retry).toBe(7536);
    }
  });
});
