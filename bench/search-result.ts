/** What one side of the search benchmark measures, and how it tells its parent. */
import { existsSync, readFileSync } from 'node:fs'

/** What one side of the search benchmark measured. */
export type SearchResult = {
  readonly records: number
  readonly jsonBytes: number
  readonly indexBytes: number
  readonly insertMs: number
  /** Microseconds a record around the first 10,000 records, and at the end. */
  readonly earlyUs: number
  readonly lateUs: number
  /** The same of processor time in all threads, which other work on the machine does not change. */
  readonly earlyCpuUs: number
  readonly lateCpuUs: number
  readonly insertCpuMs: number
  readonly openMs: number
  readonly residentIdle: number
  readonly residentPeak: number
  /** Of the peak, without the pages of files that are mapped: those the system takes back. */
  readonly anonymousPeak: number
  readonly queries: readonly {
    readonly kind: string
    readonly q: string
    readonly ms: number
    readonly total: number
  }[]
  /** Milliseconds of each suggestion while typing; FTS5 has nothing like it. */
  readonly suggestionMs?: readonly number[]
}

/** The value below which `share` of the numbers lie. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/** How far a side has come. */
export type Progress = {
  readonly side: string
  readonly work: string
  readonly done: number
  readonly total: number
  /** Processor time a record since the last report, in microseconds. */
  readonly cpuUs: number
  readonly residentMb: number
  readonly anonymousMb: number
  /** What JavaScript has taken of it, garbage that is not collected yet included. */
  readonly heapMb: number
}

/** What a child sends: reports while it works, and one result at the end. */
export type Message = { readonly progress: Progress } | { readonly result: Partial<SearchResult> }

const EVERY_MS = 5_000

/** Times inserting batch by batch, and tells the parent now and then how far it has come. */
export class InsertTimes {
  readonly #side: string
  readonly #total: number
  readonly #batch: number
  readonly #ms: number[] = []
  readonly #cpuUs: number[] = []
  #toldMs = performance.now()
  #toldBatches = 0
  residentPeak = 0
  anonymousPeak = 0

  constructor(side: string, total: number, batch: number) {
    this.#side = side
    this.#total = total
    this.#batch = batch
  }

  /** Runs the work of one batch of so many records; what is done outside is not timed. */
  async time(records: number, work: () => unknown): Promise<void> {
    const began = performance.now()
    const cpu = process.cpuUsage()
    await work()
    this.#ms.push((performance.now() - began) / records)
    this.#cpuUs.push(cpuSince(cpu) / records)
    this.#tell()
  }

  /** The figures; `window` records make the early one, four times as many the late one. */
  result(
    window: number,
  ): Omit<
    SearchResult,
    'records' | 'jsonBytes' | 'indexBytes' | 'openMs' | 'residentIdle' | 'queries'
  > {
    const many = window / this.#batch
    const early = (of: readonly number[]): number => mean(of.slice(many / 4, many / 4 + many))
    const late = (of: readonly number[]): number => mean(of.slice(-many * 4))
    return {
      insertMs: sum(this.#ms) * this.#batch,
      insertCpuMs: (sum(this.#cpuUs) * this.#batch) / 1_000,
      earlyUs: early(this.#ms) * 1_000,
      lateUs: late(this.#ms) * 1_000,
      earlyCpuUs: early(this.#cpuUs),
      lateCpuUs: late(this.#cpuUs),
      residentPeak: this.residentPeak,
      anonymousPeak: this.anonymousPeak,
    }
  }

  #tell(): void {
    const { resident, anonymous } = memory()
    this.residentPeak = Math.max(this.residentPeak, resident)
    this.anonymousPeak = Math.max(this.anonymousPeak, anonymous)
    if (performance.now() - this.#toldMs < EVERY_MS) return
    const batches = this.#cpuUs.length
    const { heapTotal, external } = process.memoryUsage()
    send({
      progress: {
        side: this.#side,
        work: 'insert',
        done: Math.min(this.#total, batches * this.#batch),
        total: this.#total,
        cpuUs: Math.round(mean(this.#cpuUs.slice(this.#toldBatches))),
        residentMb: Math.round(resident / 1_048_576),
        anonymousMb: Math.round(anonymous / 1_048_576),
        heapMb: Math.round((heapTotal + external) / 1_048_576),
      },
    })
    this.#toldMs = performance.now()
    this.#toldBatches = batches
  }
}

/** Resident bytes, and those of them that are no pages of files. */
export function memory(): { readonly resident: number; readonly anonymous: number } {
  const resident = process.memoryUsage().rss
  if (!existsSync('/proc/self/status')) return { resident, anonymous: resident }
  const [, kb] = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return { resident, anonymous: kb === undefined ? resident : Number(kb) * 1_024 }
}

/** Microseconds of processor time of all threads since then. */
export function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return user + system
}

function mean(of: readonly number[]): number {
  return sum(of) / of.length
}

function sum(of: readonly number[]): number {
  return of.reduce((all, one) => all + one, 0)
}

function send(message: Message): void {
  process.send?.(message)
}

/** Runs one side in a process of its own and hands its result to the parent. */
export function report(result: Partial<SearchResult>): void {
  send({ result })
  process.disconnect?.()
}
