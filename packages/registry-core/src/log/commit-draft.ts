/** A commit of this node while it is being filled, within the limits of header and bodies. */
import { assert } from '../assert.ts'
import type { Commit } from '../commit/commit.ts'
import { bodiesRoot } from '../commit/commit.ts'
import { encodeSaltedSlots } from '../commit/encoded-slot.ts'
import { type Entry, encodeHeader, type Header } from '../commit/header.ts'
import { type Crypto, DOMAIN, type Signer, signFor } from '../crypto.ts'
import { concat } from '../encoding/bytes.ts'
import type { CborValue } from '../encoding/cbor.ts'
import { encodeCbor } from '../encoding/cbor.ts'
import { MuluError } from '../errors.ts'
import {
  BODY_BYTES_MAX,
  COMMIT_BODIES_BYTES_MAX,
  ENTRIES_MAX,
  HEADER_BYTES_MAX,
  SALT_BYTES,
} from '../limits.ts'
import type { PlannedEntry } from '../record/plan-change.ts'

/** Everything of the header that does not depend on the entries. */
export type HeaderStart = Omit<Header, 'entries' | 'bodies' | 'note'>

/** The log and position that a draft will stand at; its slots carry them in their keys. */
export type DraftPlace = { readonly writer: number; readonly seq: number }

type Body = Uint8Array

/** What the header may take beside its entries, `after` at its usual size included. */
const HEADER_RESERVE_BYTES = 16_384

/** Gathers entries until a limit is near, then becomes a signed commit. */
export class CommitDraft {
  readonly #place: DraftPlace
  readonly #salt: () => Uint8Array
  readonly #note: Body | undefined
  readonly #entries: Entry[] = []
  readonly #bodies: Body[] = []
  #headerBytes = HEADER_RESERVE_BYTES
  #bodyBytes: number

  constructor(place: DraftPlace, note: Uint8Array | undefined, salt: () => Uint8Array) {
    this.#place = place
    this.#salt = salt
    this.#note = note
    this.#bodyBytes = note === undefined ? 0 : note.length + SALT_BYTES
  }

  /** How many entries it holds. */
  get size(): number {
    return this.#entries.length
  }

  /**
   * Adds all entries of one record, or none when they do not fit. `clock` is the writer's first
   * free clock in the record. A record that fits no commit at all is refused with MULU_LIMIT.
   */
  tryAdd(planned: readonly PlannedEntry[], clock: number): boolean {
    const { writer, seq } = this.#place
    let next = clock
    const added = planned.map(({ rec, cls, slots, over, of }) => {
      const body = encodeSaltedSlots(this.#salt(), { client: writer, seq, clock: next }, slots)
      next += slots.length
      const bytes = body.length - SALT_BYTES
      const place = of === undefined ? {} : { of }
      const entry: Entry = { rec, cls, len: slots.length, bytes, over, ...place }
      return { entry, body }
    })
    const headerBytes = added.reduce((sum, { entry }) => sum + entryBytes(entry), 0)
    const bodyBytes = added.reduce((sum, { body }) => sum + body.length, 0)
    const fits =
      this.#entries.length + added.length <= ENTRIES_MAX &&
      this.#headerBytes + headerBytes <= HEADER_BYTES_MAX &&
      this.#bodyBytes + bodyBytes <= COMMIT_BODIES_BYTES_MAX &&
      added.every(({ entry }) => entry.bytes <= BODY_BYTES_MAX)
    if (!fits && this.size === 0) {
      const details = { rec: planned[0]?.rec, bytes: bodyBytes, limit: BODY_BYTES_MAX }
      throw new MuluError('MULU_LIMIT', { details })
    }
    if (!fits) return false
    this.#headerBytes += headerBytes
    this.#bodyBytes += bodyBytes
    for (const { entry, body } of added) {
      this.#entries.push(entry)
      this.#bodies.push(body)
    }
    return true
  }

  /** The signed commit; `start` has the writer and position that the draft was opened for. */
  sign(crypto: Crypto, signer: Signer, start: HeaderStart): Commit {
    const { writer, seq } = this.#place
    assert(start.writer === writer && start.seq === seq, 'a draft is signed at its own position')
    const note = this.#note === undefined ? [] : [concat(this.#salt(), this.#note)]
    const bodies = [...note, ...this.#bodies]
    const header = encodeHeader({
      ...start,
      note: this.#note?.length ?? 0,
      entries: this.#entries,
      bodies: bodiesRoot(crypto, bodies),
    })
    return { header, bodies, signature: signFor(signer, DOMAIN.commit, header) }
  }
}

function entryBytes(entry: Entry): number {
  const over = entry.over.length === 0 ? 1 : encodeCbor(entry.over as CborValue).length
  return entry.rec.length + 48 + over
}
