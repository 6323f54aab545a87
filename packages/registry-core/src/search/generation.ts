/**
 * One whole index: segments in the store, and the newest documents in a tail in memory. What a
 * record's batch gets is small (its place and its form); the tail follows from the stored views,
 * so an index that was interrupted at any moment is whole again when it is opened. Full tails
 * become segments and small segments larger ones in the background, while all of them are read.
 */
import { ByteWriter } from '../encoding/byte-writer.ts'
import { utf8, utf8ToText } from '../encoding/bytes.ts'
import { PartsWriter } from '../encoding/parts-writer.ts'
import type { View } from '../record/view.ts'
import { commitBatch, del, type Operation, put, type Store } from '../store/store.ts'
import { bury, buryAlike, deadOrdinals } from './bury.ts'
import { decodeForm, decodeOrdinal, encodeOrdinal, type Form, formOf, writeForm } from './form.ts'
import { IndexKeys } from './index-keys.ts'
import type { Indexed } from './indexed.ts'
import { sortTitleOf } from './item.ts'
import { Lookup } from './lookup.ts'
import { chooseMerge } from './merge-choice.ts'
import { NamespaceCounts } from './namespace-counts.ts'
import type { Part } from './part.ts'
import { Segment } from './segment.ts'
import { type Source, writeSegment } from './segment-writer.ts'
import { segmentSource, tailSource } from './sources.ts'
import { Tail } from './tail.ts'
import type { ViewReader } from './view-reader.ts'

/** Operations for a batch, and what has to be called once it is written. */
export type Staged = {
  readonly operations: readonly Operation[]
  readonly moves: readonly Move[]
  readonly apply: () => void
}

/** A record that is written: the ordinals of its form until now and of the one to come. */
export type Move = {
  readonly key: string
  readonly from: number | undefined
  readonly to: number | undefined
}

type List = {
  readonly segments: readonly number[]
  readonly nextSegment: number
  readonly end: number
}
type Change = {
  readonly old: number | undefined
  readonly ordinal: number
  readonly view: View | undefined
  /** The paths of the fields of the view, and its sort title. */
  readonly paths: readonly string[]
  readonly title: string
}

const EMPTY_LIST: List = { segments: [], nextSegment: 1, end: 1 }
const RECOVER_PORTION = 512
/** A smaller tail is made again at the next opening rather than kept as a segment of its own. */
const TAIL_KEEP_MIN = 512
/** Documents that may be written and not in the tail: those of two large commits. */
const PENDING_MAX = 512
/** For the forms of a batch. */
const scratch = new ByteWriter(65_536)
const NOTHING = new Uint8Array()

/** One index in the store. */
export class Generation implements Indexed {
  readonly number: number
  readonly keys: IndexKeys
  readonly lookup: Lookup
  readonly #counts = new NamespaceCounts()
  /** Changes when the parts do. */
  version = 0
  readonly #store: Store
  readonly #views: ViewReader
  readonly #tailDocs: number
  #segments: readonly Segment[] = []
  #frozen: Tail | undefined
  #tail: Tail
  #list: List = EMPTY_LIST
  /** What is written and not in the tail yet. */
  #pending: Change[] = []
  #nextOrdinal = 1
  /** The first ordinal of a batch that is staged and not applied; the ordinals below are. */
  #stagedFrom: number | undefined
  /** The first ordinal after those of the tail that is set aside. */
  #frozenEnd = 1
  #work: Promise<void> | undefined
  #failure: unknown
  #isClosed = false

  private constructor(store: Store, views: ViewReader, number: number, tailDocs: number) {
    this.#store = store
    this.#views = views
    this.number = number
    this.lookup = new Lookup(store)
    this.#tailDocs = tailDocs
    this.#tail = new Tail(tailDocs)
    this.keys = new IndexKeys(number)
  }

  /** Opens an index; one that is not there is empty. */
  static async open(
    store: Store,
    views: ViewReader,
    number: number,
    tailDocs: number,
  ): Promise<Generation> {
    const generation = new Generation(store, views, number, tailDocs)
    await generation.#load()
    return generation
  }

  get segments(): readonly Segment[] {
    this.catchUp()
    return this.#segments
  }

  get counts(): NamespaceCounts {
    this.catchUp()
    return this.#counts
  }

  get tails(): readonly Tail[] {
    this.catchUp()
    return this.#frozen === undefined ? [this.#tail] : [this.#frozen, this.#tail]
  }

  get parts(): readonly (Segment | Tail)[] {
    return [...this.#segments, ...this.tails]
  }

  partOf(stored: Segment | Tail): Part {
    return stored
  }

  async placeOf(key: string): Promise<number | undefined> {
    return decodeOrdinal(await this.#store.search.get(this.keys.place(key)))
  }

  /** The ordinals of the present forms of records. */
  async placesOf(keys: readonly string[]): Promise<readonly (number | undefined)[]> {
    const places = await this.#store.search.getMany(keys.map((key) => this.keys.place(key)))
    return places.map(decodeOrdinal)
  }

  async #placesByKey(keys: readonly string[]): Promise<ReadonlyMap<string, number | undefined>> {
    if (keys.length === 0) return new Map()
    const places = await this.placesOf(keys)
    return new Map(keys.map((key, i) => [key, places[i]]))
  }

  /** Which of the records are in the index. */
  async areIndexed(keys: readonly string[]): Promise<readonly boolean[]> {
    return (await this.placesOf(keys)).map((place) => place !== undefined)
  }

  async forms(ordinals: readonly number[]): Promise<readonly (Form | undefined)[]> {
    const stored = await this.#store.search.getMany(
      ordinals.map((ordinal) => this.keys.form(ordinal)),
    )
    return stored.map((bytes) => (bytes === undefined ? undefined : decodeForm(bytes)))
  }

  views(forms: readonly (Form | undefined)[]): Promise<readonly (View | undefined)[]> {
    return this.#views.read(forms.map((form) => form?.key ?? ''))
  }

  /**
   * What a batch has to hold for new views by their keys in the store; undefined takes a record
   * out. The calls follow each other: stage, write, apply. What is not written is not applied.
   * Only `indexed` are looked up, of which there may be earlier forms.
   */
  async stage(
    views: ReadonlyMap<string, View | undefined>,
    indexed: readonly string[] = [...views.keys()],
  ): Promise<Staged> {
    await this.#makeRoom()
    const { search } = this.#store
    this.#stagedFrom = this.#nextOrdinal
    const places = await this.#placesByKey(indexed)
    const operations: Operation[] = []
    const changes: Change[] = []
    const moves: Move[] = []
    const forms = new PartsWriter(scratch)
    const ordinals: number[] = []
    for (const [key, view] of views) {
      const old = places.get(key)
      if (old === undefined && view === undefined) continue
      const ordinal = view === undefined ? 0 : this.#nextOrdinal++
      const paths = view === undefined ? [] : Object.keys(view.fields)
      const form = view && formOf(key, view, paths)
      if (old !== undefined) operations.push(put(search, this.keys.dead(old), NOTHING))
      if (form === undefined) operations.push(del(search, this.keys.place(key)))
      else {
        operations.push(put(search, this.keys.place(key), encodeOrdinal(ordinal)))
        writeForm(forms.bytes, form)
        forms.end()
        ordinals.push(ordinal)
      }
      changes.push({ old, ordinal, view, paths, title: form?.title ?? '' })
      moves.push({ key, from: old, to: view === undefined ? undefined : ordinal })
    }
    for (const [i, form] of forms.take().entries()) {
      operations.push(put(search, this.keys.form(ordinals[i] as number), form))
    }
    return { operations, moves, apply: () => this.#apply(changes) }
  }

  #apply(changes: readonly Change[]): void {
    this.#stagedFrom = undefined
    this.#pending.push(...changes)
  }

  /**
   * Finds the words of what was written. Whoever reads does it first; a writer does it while it
   * waits for the disk, and so mostly for nothing.
   */
  catchUp(): void {
    const changes = this.#pending
    if (changes.length === 0) return
    this.#pending = []
    for (const { old, ordinal, view, paths, title } of changes) {
      if (old !== undefined) this.#bury(old)
      if (view === undefined) continue
      this.#tail.add(ordinal, view, paths, title)
      this.#counts.count(this.#tail, this.#tail.columns.size - 1, 1)
    }
  }

  #bury(ordinal: number): void {
    for (const part of this.parts) {
      const doc = part.columns.docOf(ordinal)
      if (doc === undefined || !part.living.has(doc)) continue
      bury(part, doc)
      this.#counts.count(part, doc, -1)
    }
  }

  /** A full tail is set aside to become a segment; when the last one still is not, we wait. */
  async #makeRoom(): Promise<void> {
    if (this.#pending.length >= PENDING_MAX) this.catchUp()
    if (!this.#tail.isFull) return
    await this.#setAside()
  }

  /** Sets the tail aside once no other is: two at a time, and the first would be lost. */
  async #setAside(): Promise<void> {
    while (this.#frozen !== undefined) {
      this.#startWork()
      await this.#work
      if (this.#failure !== undefined) throw this.#failure
    }
    this.#freeze()
    this.#startWork()
  }

  #freeze(): void {
    this.catchUp()
    this.#frozen = this.#tail
    this.#frozenEnd = this.#stagedFrom ?? this.#nextOrdinal
    this.#tail = new Tail(this.#tailDocs)
    this.version += 1
  }

  #startWork(): void {
    if (this.#work !== undefined) return
    this.#failure = undefined
    this.#work = this.#maintain()
      .catch((error: unknown) => {
        this.#failure = error
      })
      .finally(() => {
        this.#work = undefined
      })
  }

  async #maintain(): Promise<void> {
    for (;;) {
      await this.#keepTail()
      const chosen = this.#isClosed ? undefined : chooseMerge(this.#segments)
      if (chosen === undefined) return
      const old = this.#segments.slice(...chosen)
      const sources = old.map((segment) => segmentSource(this.#store, this, segment))
      await this.#replace(old, sources, this.#list.end)
    }
  }

  async #keepTail(): Promise<void> {
    const tail = this.#frozen
    if (tail === undefined) return
    await this.#replace([], [tailSource(tail)], this.#frozenEnd, tail)
  }

  /** Writes a segment of some parts and puts it into their place, at once for disk and memory. */
  async #replace(
    old: readonly Segment[],
    sources: readonly Source[],
    end: number,
    tail?: Tail,
  ): Promise<void> {
    const id = this.#list.nextSegment
    const columns = await writeSegment(this.#store, this.keys, id, sources)
    const made = await Segment.open(this.#store, this.keys, id, columns)
    const at =
      tail === undefined ? this.#segments.indexOf(old[0] as Segment) : this.#segments.length
    const segments = this.#segments.toSpliced(at, old.length, ...(columns.size > 0 ? [made] : []))
    const list = { segments: segments.map((segment) => segment.id), nextSegment: id + 1, end }
    const dropped = sources.flatMap((source) => deadOrdinals(source))
    await commitBatch(this.#store, [
      put(this.#store.search, this.keys.list, utf8(JSON.stringify(list))),
      ...dropped.flatMap((ordinal) => [
        del(this.#store.search, this.keys.dead(ordinal)),
        del(this.#store.search, this.keys.form(ordinal)),
      ]),
    ])
    this.catchUp()
    for (const part of tail === undefined ? old : [tail]) buryAlike(part, made)
    this.#list = list
    this.#segments = segments
    if (tail !== undefined) this.#frozen = undefined
    this.version += 1
    for (const segment of old) {
      await this.#store.search.clear(this.keys.segments(segment.id, segment.id + 1))
    }
  }

  async #load(): Promise<void> {
    const stored = await this.#store.search.get(this.keys.list)
    if (stored !== undefined) this.#list = JSON.parse(utf8ToText(stored)) as List
    await this.#clearUnlisted()
    this.#segments = await Promise.all(
      this.#list.segments.map((id) => Segment.open(this.#store, this.keys, id)),
    )
    const dead = { gte: this.keys.dead(0), lte: this.keys.dead(0xffff_ffff) }
    for await (const key of this.#store.search.keys(dead))
      this.#buryStored(this.keys.ordinalOf(key))
    for (const part of this.#segments) {
      for (let doc = 0; doc < part.columns.size; doc++) {
        if (part.living.has(doc)) this.#counts.count(part, doc, 1)
      }
    }
    await this.#recoverTail()
  }

  #buryStored(ordinal: number): void {
    for (const part of this.#segments) {
      const doc = part.columns.docOf(ordinal)
      if (doc !== undefined && part.living.has(doc)) bury(part, doc)
    }
  }

  /** Segments that were half written or half removed. */
  async #clearUnlisted(): Promise<void> {
    let from = 0
    for (const id of [...this.#list.segments].sort((a, b) => a - b)) {
      await this.#store.search.clear(this.keys.segments(from, id))
      from = id + 1
    }
    await this.#store.search.clear(this.keys.segments(from, 0xffff_ffff))
  }

  /** Makes the tail again from the views of what is not in a segment yet. */
  async #recoverTail(): Promise<void> {
    this.#nextOrdinal = this.#list.end
    const range = { gte: this.keys.form(this.#list.end), lte: this.keys.form(0xffff_ffff) }
    const entries = this.#store.search.iterator(range)
    for (;;) {
      const some = await entries.nextv(RECOVER_PORTION)
      if (some.length === 0) break
      const ordinals = some.map(([key]) => this.keys.ordinalOf(key))
      const keys = some.map(([, form]) => decodeForm(form).key)
      const places = await this.placesOf(keys)
      const views = await this.#views.read(keys)
      for (const [i, ordinal] of ordinals.entries()) {
        const view = views[i]
        await this.#makeRoom()
        this.#nextOrdinal = ordinal + 1
        if (view === undefined || places[i] !== ordinal) continue
        const paths = Object.keys(view.fields)
        this.#apply([{ old: undefined, ordinal, view, paths, title: sortTitleOf(view, paths) }])
        this.catchUp()
      }
    }
    await entries.close()
  }

  /** Waits for what runs in the background. */
  async settle(): Promise<void> {
    while (this.#work !== undefined) await this.#work
  }

  /** Makes the tail a segment and merges what can be. */
  async flush(): Promise<void> {
    await this.settle()
    await this.#setAside()
    await this.settle()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Ends the work in the background; a long tail is kept, so that opening stays fast. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.settle()
    this.catchUp()
    if (this.#frozen === undefined && this.#tail.columns.size >= TAIL_KEEP_MIN) {
      this.#freeze()
      // What cannot be kept now is made again at the next opening.
      await this.#keepTail().catch(() => undefined)
    }
  }
}
