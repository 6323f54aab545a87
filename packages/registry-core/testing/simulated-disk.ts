/**
 * A disk in memory and the abstract-level database on it, for tests that need a store to fail.
 * A batch is whole or absent, as in LevelDB; what was written without `sync` can be lost in a
 * power cut, the newest first; writes can be refused, and stored bytes can be flipped.
 */
import {
  type AbstractBatchOperation,
  type AbstractDatabaseOptions,
  AbstractIterator,
  type AbstractIteratorOptions,
  AbstractKeyIterator,
  AbstractLevel,
  AbstractValueIterator,
} from 'abstract-level'
import type { Database } from '../src/registry.ts'

type Undo = readonly (readonly [key: string, before: Uint8Array | undefined])[]
type Written = { readonly type: 'put' | 'del'; readonly key: string; readonly value?: unknown }

/** What the disk does at a write: goes through, is refused, or the power goes with it. */
export type DiskFault = 'full' | 'error' | 'power'

/** The bytes of one node; they outlive its databases. */
export class SimulatedDisk {
  /** Whether the power is off: every operation of every database then fails. */
  isOff = false
  /** Writes done so far. */
  writes = 0
  readonly #data = new Map<string, Uint8Array>()
  #unsynced: Undo[] = []
  #sorted: readonly string[] | undefined
  #planned: { fault: DiskFault; in: number; times: number } | undefined

  /** Opens a database on the disk as it is now. */
  open(): Database {
    if (this.isOff) throw failure('LEVEL_DATABASE_NOT_OPEN', 'the power is off')
    return new SimulatedDatabase(this) as unknown as Database
  }

  /** The `inWrites`-th write from now meets a fault, and `times` writes in all do. */
  plan(fault: DiskFault, inWrites: number, times: number): void {
    this.#planned = { fault, in: inWrites, times }
  }

  /** Calls off what was planned: there is space again. */
  repair(): void {
    this.#planned = undefined
  }

  /** Cuts the power; of what was not synced the oldest `kept` writes survive. */
  cutPower(kept = 0): void {
    while (this.#unsynced.length > kept) {
      for (const [key, before] of [...(this.#unsynced.pop() ?? [])].reverse()) {
        this.#set(key, before)
      }
    }
    this.#unsynced = []
    this.#planned = undefined
    this.isOff = true
  }

  /** Powers on; databases opened before stay useless, as their memory is gone. */
  powerOn(): void {
    this.isOff = false
  }

  /** Writes that a power cut would lose. */
  get unsynced(): number {
    return this.#unsynced.length
  }

  /** All keys in order. */
  keys(): readonly string[] {
    this.#sorted ??= [...this.#data.keys()].sort()
    return this.#sorted
  }

  get(key: string): Uint8Array | undefined {
    return this.#data.get(key)
  }

  /** Flips bits of a stored value, as rot does. */
  rot(key: string, at: number, mask: number): void {
    const value = Uint8Array.from(this.#data.get(key) ?? [])
    if (value.length === 0) return
    value[at % value.length] = (value[at % value.length] ?? 0) ^ mask
    this.#data.set(key, value)
  }

  /** Whether these bytes stand in any key or value. */
  holds(bytes: Uint8Array): boolean {
    const wanted = Buffer.from(bytes)
    for (const [key, value] of this.#data) {
      if (Buffer.from(value.buffer, value.byteOffset, value.length).includes(wanted)) return true
      if (Buffer.from(key).includes(wanted)) return true
    }
    return false
  }

  /** Writes a batch as one. */
  write(operations: readonly Written[], isSynced: boolean): void {
    this.#meetFault()
    this.writes++
    const undo: [string, Uint8Array | undefined][] = []
    for (const { type, key, value } of operations) {
      undo.push([key, this.#data.get(key)])
      this.#set(key, type === 'put' ? toBytes(value) : undefined)
    }
    if (isSynced) this.#unsynced = []
    else this.#unsynced.push(undo)
  }

  #meetFault(): void {
    const planned = this.#planned
    if (planned === undefined) return
    if (planned.in > 0) {
      planned.in--
      return
    }
    planned.times--
    if (planned.times <= 0) this.#planned = undefined
    if (planned.fault === 'power') this.cutPower(this.#unsynced.length)
    const text = planned.fault === 'full' ? 'No space left on device' : 'Input/output error'
    throw failure('LEVEL_IO_ERROR', text)
  }

  #set(key: string, value: Uint8Array | undefined): void {
    const had = this.#data.has(key)
    if (value === undefined) this.#data.delete(key)
    else this.#data.set(key, value)
    if (had !== (value !== undefined)) this.#sorted = undefined
  }
}

function toBytes(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new TextEncoder().encode(String(value))
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

type Decoded = { readonly valueEncoding?: string }
type RangeOptions = AbstractIteratorOptions<string, unknown> & Decoded

/** One opening of the disk. */
class SimulatedDatabase extends AbstractLevel<string | Uint8Array, string, unknown> {
  readonly #disk: SimulatedDisk

  constructor(disk: SimulatedDisk) {
    super({ encodings: { utf8: true, view: true } }, {} as AbstractDatabaseOptions<string, unknown>)
    this.#disk = disk
  }

  #powered(): SimulatedDisk {
    if (this.#disk.isOff) throw failure('LEVEL_DATABASE_NOT_OPEN', 'the power is off')
    return this.#disk
  }

  read(key: string, { valueEncoding }: Decoded): unknown {
    const value = this.#powered().get(key)
    if (value === undefined || valueEncoding !== 'utf8') return value
    return new TextDecoder().decode(value)
  }

  /** The keys of a range at this moment. */
  range(options: RangeOptions): readonly string[] {
    const { gt, gte, lt, lte, reverse, limit = -1 } = options
    const keys = this.#powered().keys()
    let from = 0
    if (gte !== undefined) from = lowerBound(keys, gte)
    else if (gt !== undefined) from = lowerBound(keys, `${gt}\0`)
    let to = keys.length
    if (lt !== undefined) to = lowerBound(keys, lt)
    else if (lte !== undefined) to = lowerBound(keys, `${lte}\0`)
    const found = keys.slice(from, Math.max(from, to))
    if (reverse === true) found.reverse()
    return limit >= 0 ? found.slice(0, limit) : found
  }

  async _get(key: string, options: Decoded): Promise<unknown> {
    return this.read(key, options)
  }

  async _getMany(keys: string[], options: Decoded): Promise<unknown[]> {
    return keys.map((key) => this.read(key, options))
  }

  async _put(key: string, value: unknown, options: object): Promise<void> {
    this.#powered().write([{ type: 'put', key, value }], isSync(options))
  }

  async _del(key: string, options: object): Promise<void> {
    this.#powered().write([{ type: 'del', key }], isSync(options))
  }

  async _batch(
    operations: AbstractBatchOperation<this, string, unknown>[],
    options: object,
  ): Promise<void> {
    this.#powered().write(operations as readonly Written[], isSync(options))
  }

  _iterator(options: RangeOptions): Entries {
    return new Entries(this, options)
  }

  _keys(options: RangeOptions): Keys {
    return new Keys(this, options)
  }

  _values(options: RangeOptions): Values {
    return new Values(this, options)
  }
}

function isSync(options: object): boolean {
  return 'sync' in options && options.sync === true
}

function lowerBound(keys: readonly string[], wanted: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] ?? '') < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** What a range held when it was opened, in order. */
class Snapshot<T> {
  readonly #items: readonly T[]
  #at = 0

  constructor(items: readonly T[]) {
    this.#items = items
  }

  take(count: number): T[] {
    const taken = this.#items.slice(this.#at, this.#at + count)
    this.#at += taken.length
    return taken
  }
}

const ALL = Number.MAX_SAFE_INTEGER

class Entries extends AbstractIterator<SimulatedDatabase, string, unknown> {
  readonly #items: Snapshot<[string, unknown]>

  constructor(db: SimulatedDatabase, options: RangeOptions) {
    super(db, options)
    const keys = db.range(options)
    this.#items = new Snapshot(keys.map((key) => [key, db.read(key, options)]))
  }

  async _next(): Promise<[string, unknown] | undefined> {
    return this.#items.take(1)[0]
  }

  async _nextv(size: number): Promise<[string, unknown][]> {
    return this.#items.take(size)
  }

  async _all(): Promise<[string, unknown][]> {
    return this.#items.take(ALL)
  }
}

class Keys extends AbstractKeyIterator<SimulatedDatabase, string> {
  readonly #items: Snapshot<string>

  constructor(db: SimulatedDatabase, options: RangeOptions) {
    super(db, options)
    this.#items = new Snapshot(db.range(options))
  }

  async _next(): Promise<string | undefined> {
    return this.#items.take(1)[0]
  }

  async _nextv(size: number): Promise<string[]> {
    return this.#items.take(size)
  }

  async _all(): Promise<string[]> {
    return this.#items.take(ALL)
  }
}

class Values extends AbstractValueIterator<SimulatedDatabase, string, unknown> {
  readonly #items: Snapshot<unknown>

  constructor(db: SimulatedDatabase, options: RangeOptions) {
    super(db, options)
    this.#items = new Snapshot(db.range(options).map((key) => db.read(key, options)))
  }

  async _next(): Promise<unknown> {
    return this.#items.take(1)[0]
  }

  async _nextv(size: number): Promise<unknown[]> {
    return this.#items.take(size)
  }

  async _all(): Promise<unknown[]> {
    return this.#items.take(ALL)
  }
}
