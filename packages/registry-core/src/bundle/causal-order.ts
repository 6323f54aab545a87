/**
 * The commits of the logs of one scope, causes before effects: what a commit names in `after` comes
 * before it, so that whoever takes them in order never has to let many of them wait. Holds one page
 * of each log that is being read.
 */
import { decodeCommit } from '../commit/commit.ts'
import { decodeHeader } from '../commit/header.ts'
import { MuluError } from '../errors.ts'
import { type LogKey, logText } from '../log/log.ts'
import type { Registry } from '../registry.ts'

/** A stretch of a log, both ends included. */
export type LogRange = {
  readonly log: LogKey
  readonly from: number
  readonly to: number
  /** Up to where it has to be whole; what is missing is left out without it. */
  readonly needed?: number
}

type Read = { readonly bytes: Uint8Array; readonly seq: number; readonly after: After }
type After = readonly (readonly [writer: number, seq: number])[]
type Visit = { readonly reader: LogReader; readonly upTo: number }

const PAGE_BYTES = 262_144

/** Commits of ranges in one namespace for one audience; MULU_BACKUP_ROTTEN where one is needed that has rotted. */
export async function* inCausalOrder(
  registry: Pick<Registry, 'readLog'>,
  ranges: readonly LogRange[],
): AsyncGenerator<Uint8Array> {
  const readers = new Map(
    ranges.map((range) => [range.log.writer, new LogReader(registry, range)] as const),
  )
  for (const reader of readers.values()) yield* visit(reader, readers)
}

async function* visit(
  first: LogReader,
  readers: ReadonlyMap<number, LogReader>,
): AsyncGenerator<Uint8Array> {
  const path: Visit[] = [{ reader: first, upTo: Number.POSITIVE_INFINITY }]
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const next = await top.reader.peek()
    if (next === undefined || next.seq > top.upTo) {
      top.reader.release()
      path.pop()
      continue
    }
    const cause = causeOf(next, readers, path)
    if (cause !== undefined) {
      path.push(cause)
      continue
    }
    top.reader.take()
    yield next.bytes
  }
}

/** A log that has to go further first; one that is on the path is not asked again. */
function causeOf(
  { after }: Read,
  readers: ReadonlyMap<number, LogReader>,
  path: readonly Visit[],
): Visit | undefined {
  for (const [writer, seq] of after) {
    const reader = readers.get(writer)
    if (reader === undefined || !reader.isBefore(seq)) continue
    if (path.every((each) => each.reader !== reader)) return { reader, upTo: seq }
  }
  return undefined
}

/** Reads one range page by page. */
class LogReader {
  readonly #registry: Pick<Registry, 'readLog'>
  readonly #range: LogRange
  #at: number
  #page: Read[] = []
  #isDone = false

  constructor(registry: Pick<Registry, 'readLog'>, range: LogRange) {
    this.#registry = registry
    this.#range = range
    this.#at = range.from
  }

  /** Whether commits up to a position are still to come. */
  isBefore(seq: number): boolean {
    return !this.#isDone && this.#at <= Math.min(seq, this.#range.to)
  }

  async peek(): Promise<Read | undefined> {
    if (this.#page.length === 0 && !this.#isDone) await this.#readPage()
    return this.#page[0]
  }

  take(): void {
    const taken = this.#page.shift()
    // Both sides of a fork stand at one position: it is passed only with the last of them.
    const next = this.#page[0]
    if (taken !== undefined) this.#at = next?.seq ?? taken.seq + 1
  }

  /** Lets go of the page; the side of a fork that was taken may come once more. */
  release(): void {
    this.#page = []
  }

  async #readPage(): Promise<void> {
    const { log, to, needed = 0 } = this.#range
    const { commits } = await this.#registry.readLog(log, this.#at, PAGE_BYTES)
    this.#page = commits.map(readOne).filter(({ seq }) => seq <= to)
    const [first] = this.#page
    this.#isDone = first === undefined
    if (this.#isDone && this.#at <= needed) {
      throw new MuluError('MULU_BACKUP_ROTTEN', { details: { log: logText(log), seq: this.#at } })
    }
    if (first !== undefined) this.#at = first.seq
  }
}

function readOne(bytes: Uint8Array): Read {
  const header = decodeHeader(decodeCommit(bytes).header)
  const after = header.v === 1 ? header.after.map(([writer, seq]) => [writer, seq] as const) : []
  return { bytes, seq: header.seq, after }
}
