/**
 * Bodies that are absent here and wanted: those of which a slot is live, and on a node that keeps
 * everything all of them. They are fetched from peers by the positions of their commits. Kept by
 * record in the batch that merges it, so that it follows from the record document alone.
 *
 * stored: `<scope>/<kind>/<local>` -> CBOR [[writer, seq, entry, whether a slot is live] …]
 */
import { equalBytes, utf8 } from '../encoding/bytes.ts'
import { decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import { type LogKey, logText } from '../log/log.ts'
import type { RecordDocument } from '../record/document.ts'
import { openOrNothing } from '../scrub/check-record.ts'
import {
  commitBatch,
  del,
  type Operation,
  put,
  recordKey,
  type Scope,
  type Store,
  scopeOfKey,
  scopePrefix,
} from '../store/store.ts'

const KEEPS = 'keeps'

type IsBare = (scope: Scope) => boolean

/** An entry whose body is wanted. */
type Wanted = readonly [writer: number, seq: number, entry: number, isLive: boolean]

/** A position of a log where bodies are wanted. */
export type LackedPlace = { readonly log: LogKey; readonly seq: number }

/** What one replica lacks. */
export class Lacking {
  readonly #store: Store
  readonly #keepsAll: boolean
  readonly #isBare: IsBare
  /** By log, how many bodies are wanted at each position. */
  readonly #places = new Map<string, { readonly log: LogKey; readonly seqs: Map<number, number> }>()
  /** By scope, of how many records a live slot is absent. */
  readonly #records = new Map<string, number>()

  private constructor(store: Store, keepsAll: boolean, isBare: IsBare) {
    this.#store = store
    this.#keepsAll = keepsAll
    this.#isBare = isBare
  }

  /**
   * Loads what a store holds; `keepsAll` for a node that wants superseded bodies as well. Of bare
   * scopes, which are held as headers alone, nothing is wanted.
   */
  static async load(
    store: Store,
    keepsAll: boolean,
    isBare: IsBare = () => false,
  ): Promise<Lacking> {
    const lacking = new Lacking(store, keepsAll, isBare)
    await lacking.#follow()
    for await (const [key, bytes] of store.lacking.iterator()) {
      lacking.#count(scopeOfKey(key), decodeCbor(bytes) as unknown as readonly Wanted[], 1)
    }
    return lacking
  }

  /** After another decision what is wanted is another thing: it is told from the records. */
  async #follow(): Promise<void> {
    const { meta, records, lacking } = this.#store
    const decided = utf8(this.#keepsAll ? 'all' : 'live')
    const before = await meta.get(KEEPS)
    if (before !== undefined && equalBytes(before, decided)) return
    for await (const [key, stored] of records.iterator()) {
      const document = openOrNothing(stored)
      const wanted = document && this.encoded(scopeOfKey(key), document)
      if (wanted !== undefined) await commitBatch(this.#store, [put(lacking, key, wanted)])
      else if (document?.rows.some(({ isAbsent }) => isAbsent) === true) {
        await commitBatch(this.#store, [del(lacking, key)])
      }
    }
    await commitBatch(this.#store, [put(meta, KEEPS, decided)])
  }

  /** What is stored of a record of a scope; undefined when nothing of it is wanted. */
  encoded(scope: Scope, document: RecordDocument): Uint8Array | undefined {
    const wanted = this.isBare(scope) ? [] : wantedOf(document, this.#keepsAll)
    return wanted.length === 0 ? undefined : encodeWanted(wanted)
  }

  /** Whether superseded bodies are wanted as well. */
  get keepsAll(): boolean {
    return this.#keepsAll
  }

  /** Whether the records of a scope are held as headers alone. */
  isBare(scope: Scope): boolean {
    return this.#isBare(scope)
  }

  /** Gathers the records of one batch. */
  stage(scope: Scope): LackingStage {
    const wants = this.isBare(scope)
      ? () => []
      : (document: RecordDocument) => wantedOf(document, this.#keepsAll)
    return new LackingStage(this.#store, wants, scope, (wanted, n) => this.#count(scope, wanted, n))
  }

  /** Whether bodies are wanted at a position. */
  has(log: LogKey, seq: number): boolean {
    return this.#places.get(logText(log))?.seqs.has(seq) === true
  }

  /** At how many positions bodies are wanted. */
  get count(): number {
    let count = 0
    for (const { seqs } of this.#places.values()) count += seqs.size
    return count
  }

  /** Where bodies are wanted, by log and position. */
  get places(): readonly LackedPlace[] {
    return [...this.#places.values()].flatMap(({ log, seqs }) =>
      [...seqs.keys()].sort((a, b) => a - b).map((seq) => ({ log, seq })),
    )
  }

  /** Of how many records for an audience of a kind a value that counts is not here. */
  records(isCounted: (scope: Scope) => boolean = () => true): number {
    let sum = 0
    for (const [key, count] of this.#records) if (isCounted(scopeOfKey(key))) sum += count
    return sum
  }

  /** Forgets a scope whose records are about to be built anew; the store is cleared with them. */
  forget(scope: Scope): void {
    this.#records.delete(scopePrefix(scope))
    const prefix = scopePrefix(scope)
    for (const [key, { log }] of this.#places) {
      if (scopePrefix(log) === prefix) this.#places.delete(key)
    }
  }

  #count(scope: Scope, wanted: readonly Wanted[], by: 1 | -1): void {
    for (const [writer, seq] of wanted) {
      const log = { ...scope, writer }
      const key = logText(log)
      const place = this.#places.get(key) ?? { log, seqs: new Map<number, number>() }
      const count = (place.seqs.get(seq) ?? 0) + by
      if (count > 0) place.seqs.set(seq, count)
      else place.seqs.delete(seq)
      if (place.seqs.size > 0) this.#places.set(key, place)
      else this.#places.delete(key)
    }
    if (!wanted.some(([, , , isLive]) => isLive)) return
    const prefix = scopePrefix(scope)
    const records = (this.#records.get(prefix) ?? 0) + by
    if (records > 0) this.#records.set(prefix, records)
    else this.#records.delete(prefix)
  }
}

/** The records of one batch: what of them was wanted before, and what is after. */
export class LackingStage {
  readonly operations: Operation[] = []
  readonly #store: Store
  readonly #wants: (document: RecordDocument) => readonly Wanted[]
  readonly #scope: Scope
  readonly #count: (wanted: readonly Wanted[], by: 1 | -1) => void
  readonly #changes: (readonly [before: readonly Wanted[], after: readonly Wanted[]])[] = []
  readonly #before = new Map<string, readonly Wanted[]>()

  constructor(
    store: Store,
    wants: (document: RecordDocument) => readonly Wanted[],
    scope: Scope,
    count: (wanted: readonly Wanted[], by: 1 | -1) => void,
  ) {
    this.#store = store
    this.#wants = wants
    this.#scope = scope
    this.#count = count
  }

  /** Notes a record before it is changed. */
  opened(rec: string, document: RecordDocument): void {
    const wanted = this.#wants(document)
    if (wanted.length > 0) this.#before.set(rec, wanted)
  }

  /** Notes it once it is changed. */
  changed(rec: string, document: RecordDocument): void {
    const before = this.#before.get(rec) ?? []
    const after = this.#wants(document)
    if (before.length + after.length === 0) return
    const key = recordKey({ ns: this.#scope.ns, aud: this.#scope.aud }, rec)
    const { lacking } = this.#store
    this.operations.push(
      after.length > 0 ? put(lacking, key, encodeWanted(after)) : del(lacking, key),
    )
    this.#changes.push([before, after])
  }

  /** Remembers it once the batch is written. */
  apply(): void {
    for (const [before, after] of this.#changes) {
      this.#count(before, -1)
      this.#count(after, 1)
    }
  }
}

function wantedOf(document: RecordDocument, keepsAll: boolean): readonly Wanted[] {
  if (!document.rows.some(({ isAbsent }) => isAbsent)) return []
  const live = new Set(document.lacking())
  const rows = keepsAll ? document.rows.filter(({ isAbsent }) => isAbsent) : [...live]
  return rows.map((row): Wanted => [row.client, row.seq, row.entry, live.has(row)])
}

function encodeWanted(wanted: readonly Wanted[]): Uint8Array {
  return encodeCbor(wanted.map((each) => [...each]))
}
