/** A map that forgets what was not used for longest once it holds more than `limit`. */
export class LruMap<Key, Value> {
  private readonly entries = new Map<Key, Value>();

  constructor(
    private readonly limit: number,
    private readonly onForget: (value: Value) => void = () => undefined,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  has(key: Key): boolean {
    return this.entries.has(key);
  }

  /** Answers the value and counts that as a use. */
  get(key: Key): Value | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  set(key: Key, value: Value): void {
    const before = this.entries.get(key);
    if (before !== undefined) {
      this.entries.delete(key);
      this.onForget(before);
    }
    this.entries.set(key, value);
    while (this.entries.size > this.limit) {
      const [oldest] = this.entries;
      if (!oldest) return;
      this.entries.delete(oldest[0]);
      this.onForget(oldest[1]);
    }
  }

  clear(): void {
    for (const value of this.entries.values()) this.onForget(value);
    this.entries.clear();
  }
}
