/** Lines of logs that change how others are read, by their number. */

const two = (n: number): string => String(n).padStart(2, '0');

/** A time of day, a second later for each number. */
export const clock = (n: number): string =>
  `${two(8 + (Math.floor(n / 3600) % 12))}:${two(Math.floor(n / 60) % 60)}:${two(n % 60)}`;

export const LINES = {
  newYear: (n) => `Jan 01 ${clock(n)} ip-10-0-1-5 kubelet[12]: mark of another year ${n}`,
  oldYear: (n) => `Dec 31 ${clock(n)} ip-10-0-1-5 kubelet[12]: mark of the old year ${n}`,
  part: (n) => `2024-05-17T${clock(n)}.123456789Z stdout P half of a mark ${n}`,
  full: (n) => `2024-05-17T${clock(n)}.123456789Z stdout F end of a mark ${n}`,
  dump: () => '=== BEGIN goroutine stack dump ===',
  dumpEnd: () => '=== END goroutine stack dump ===',
  verdict: (n) =>
    `{"level":"info","ts":"2024-05-17T${clock(n)}.000Z","caller":"events/events.go:270","msg":"Flow Info: Src IP: 10.0.1.9 Src Port: ${40_000 + (n % 90)} Dest IP: 10.0.2.${n % 7} Dest Port: 5432 Proto TCP Verdict ${n % 3 === 0 ? 'DENY' : 'ACCEPT'} Direction egress"}`,
} as const satisfies Readonly<Record<string, (n: number) => string>>;
