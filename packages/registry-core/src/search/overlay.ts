/**
 * The index as it was: the records that have changed since are left out of the present parts, and
 * what they were stands in tails of its own. Its cost follows what has changed since. While it is
 * kept, every record that is written is looked at again, so that what is judged otherwise or
 * erased meanwhile shows here as it does everywhere.
 */
import { MuluError } from '../errors.ts'
import type { Profile } from '../profile/profile.ts'
import type { View } from '../record/view.ts'
import { bury } from './bury.ts'
import { type Form, formOf } from './form.ts'
import type { Generation, Move } from './generation.ts'
import type { Indexed } from './indexed.ts'
import type { Lookup } from './lookup.ts'
import { MaskedPart } from './masked-part.ts'
import type { Part } from './part.ts'
import type { Segment } from './segment.ts'
import { TAIL_DOCS_MAX, Tail } from './tail.ts'

/** The records of some moment, as an overlay asks for them. */
export type PastRecords = {
  /** Equal for equal moments. */
  readonly key: string
  /** What the views are made with. */
  readonly profile: Profile | undefined
  /** The keys of all records that were written since, some of them perhaps several times. */
  changed(): AsyncIterable<readonly string[]>
  /** The records as they were then. */
  views(keys: readonly string[]): Promise<readonly (View | undefined)[]>
}

/** Most that one overlay holds. */
export type OverlayLimits = {
  /** Records that have changed since, those that are new included. */
  readonly changed: number
  /** Of those, what was there then. */
  readonly views: number
  /** Words in them: 8 bytes each. */
  readonly occurrences: number
}

export const OVERLAY_LIMITS: OverlayLimits = {
  changed: 100_000,
  views: 20_000,
  occurrences: 8_388_608,
}

const PORTION = 256
/** Documents that show nothing any more, before all is made anew. */
const WORN_MIN = 1_024
/** Ordinals of the index count up from 1 and do not get here. */
const FIRST_ORDINAL = 0x8000_0000

/** A record as it was. */
type Past = { readonly ordinal: number; readonly form: Form; readonly print: string }

/** One moment laid over an index. */
export class Overlay implements Indexed {
  readonly #past: PastRecords
  readonly #limits: OverlayLimits
  readonly #generation: Generation
  /** The records that were written since; undefined for those that were not there then. */
  readonly #entries = new Map<string, Past | undefined>()
  readonly #keys = new Map<number, string>()
  readonly #dirty = new Set<string>()
  readonly #masked = new Map<Segment | Tail, MaskedPart>()
  readonly #tails: Tail[] = []
  #nextOrdinal = FIRST_ORDINAL
  /** Documents in them that show something, and those that do not any more. */
  #shown = 0
  #buried = 0
  /** Ordinals of their later forms, and the same in order. */
  readonly #later = new Set<number>()
  #hidden: Uint32Array | undefined
  #isGathered = false

  constructor(past: PastRecords, generation: Generation, limits: OverlayLimits) {
    this.#past = past
    this.#generation = generation
    this.#limits = limits
  }

  get version(): number {
    return this.#generation.version
  }

  get lookup(): Lookup {
    return this.#generation.lookup
  }

  get segments(): readonly Segment[] {
    return this.#generation.segments
  }

  get tails(): readonly Tail[] {
    return [...this.#generation.tails, ...this.#tails]
  }

  /** Whether it shows these records over this index, and is not worn out by what it followed. */
  isOf({ key, profile }: PastRecords, generation: Generation): boolean {
    const isWorn =
      this.#buried > this.#shown + WORN_MIN || this.#later.size > this.#entries.size * 4 + WORN_MIN
    const isSame = this.#past.key === key && this.#past.profile === profile
    return isSame && this.#generation === generation && !isWorn
  }

  /**
   * Records that are about to be written, or that have been; false when they are too many. Both
   * their forms are left out at once, whichever of them the index shows at the moment.
   */
  follow(moves: readonly Move[]): boolean {
    for (const { key, from, to } of moves) {
      this.#dirty.add(key)
      if (from !== undefined) this.#later.add(from)
      if (to !== undefined) this.#later.add(to)
    }
    this.#hidden = undefined
    return this.#entries.size + this.#dirty.size <= this.#limits.changed * 2
  }

  /** Whether it has looked at all that was written. */
  isCaughtUp(): boolean {
    return this.#isGathered && this.#dirty.size === 0
  }

  /** Looks at what was written since; MULU_AS_OF_TOO_FAR when there is too much of it. */
  async catchUp(): Promise<void> {
    if (!this.#isGathered) {
      for await (const keys of this.#past.changed()) {
        for (const key of keys) this.#dirty.add(key)
        this.#checkChanged(this.#dirty)
      }
      this.#isGathered = true
    }
    while (this.#dirty.size > 0) {
      const keys = [...this.#dirty].slice(0, PORTION)
      for (const key of keys) this.#dirty.delete(key)
      const views = await this.#past.views(keys)
      const places = await this.#generation.placesOf(keys)
      for (const [i, key] of keys.entries()) {
        this.#set(key, views[i])
        const place = places[i]
        if (place !== undefined) this.#later.add(place)
      }
      this.#hidden = undefined
      this.#checkChanged(this.#entries)
    }
  }

  partOf(stored: Segment | Tail): Part {
    if (this.#tails.includes(stored as Tail)) return stored
    const hidden = this.#hiddenOrdinals()
    const known = this.#masked.get(stored)
    if (known?.isOf(hidden) === true) return known
    const masked = new MaskedPart(stored, hidden)
    this.#masked.set(stored, masked)
    return masked
  }

  async placeOf(key: string): Promise<number | undefined> {
    const isPast = this.#entries.has(key)
    return isPast ? this.#entries.get(key)?.ordinal : this.#generation.placeOf(key)
  }

  async forms(ordinals: readonly number[]): Promise<readonly (Form | undefined)[]> {
    const present = await this.#generation.forms(ordinals.filter(isPresent))
    let at = 0
    return ordinals.map((ordinal) => {
      if (isPresent(ordinal)) return present[at++]
      return this.#entries.get(this.#keys.get(ordinal) ?? '')?.form
    })
  }

  async views(forms: readonly (Form | undefined)[]): Promise<readonly (View | undefined)[]> {
    const isPast = (form: Form | undefined): form is Form =>
      form !== undefined && this.#entries.has(form.key)
    const past = await this.#past.views(forms.filter(isPast).map(({ key }) => key))
    const present = await this.#generation.views(forms.filter((form) => !isPast(form)))
    let [ofPast, ofPresent] = [0, 0]
    return forms.map((form) => (isPast(form) ? past[ofPast++] : present[ofPresent++]))
  }

  #checkChanged({ size }: { readonly size: number }): void {
    if (size > this.#limits.changed) tooFar('changed', this.#limits.changed)
  }

  #set(key: string, view: View | undefined): void {
    const before = this.#entries.get(key)
    if (view !== undefined && before?.print === printOf(view)) return
    if (before !== undefined) this.#bury(before.ordinal)
    const past = view && this.#add(key, view)
    this.#entries.set(key, past)
  }

  #add(key: string, view: View): Past {
    if (this.#shown >= this.#limits.views) tooFar('views', this.#limits.views)
    let tail = this.#tails.at(-1)
    if (tail === undefined || tail.isFull) {
      tail = new Tail(TAIL_DOCS_MAX)
      this.#tails.push(tail)
    }
    const ordinal = this.#nextOrdinal++
    const paths = Object.keys(view.fields)
    const form = formOf(key, view, paths)
    tail.add(ordinal, view, paths, form.title)
    this.#shown += 1
    this.#keys.set(ordinal, key)
    const { occurrences } = this.#limits
    if (this.#tails.reduce((n, { occurrenceCount }) => n + occurrenceCount, 0) > occurrences) {
      tooFar('occurrences', occurrences)
    }
    return { ordinal, form, print: printOf(view) }
  }

  #bury(ordinal: number): void {
    this.#shown -= 1
    this.#buried += 1
    this.#keys.delete(ordinal)
    for (const tail of this.#tails) {
      const doc = tail.columns.docOf(ordinal)
      if (doc !== undefined) bury(tail, doc)
    }
  }

  #hiddenOrdinals(): Uint32Array {
    if (this.#hidden === undefined) {
      this.#hidden = Uint32Array.from(this.#later).sort()
      this.#forgetReplaced()
    }
    return this.#hidden
  }

  #forgetReplaced(): void {
    const there = new Set<Segment | Tail>(this.#generation.parts)
    for (const part of this.#masked.keys()) if (!there.has(part)) this.#masked.delete(part)
  }
}

function isPresent(ordinal: number): boolean {
  return ordinal < FIRST_ORDINAL
}

/** Of one record the same where its view is; a profile may find other problems in the same slots. */
function printOf({ etag, updatedMs, problems }: View): string {
  return `${etag} ${updatedMs} ${JSON.stringify(problems)}`
}

function tooFar(limit: keyof OverlayLimits, max: number): never {
  throw new MuluError('MULU_AS_OF_TOO_FAR', { details: { limit, max } })
}
