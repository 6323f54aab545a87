/** A commit of this node while it is being filled, within the limits of header and bodies. */
import { encodeBody } from '../commit/body.ts'
import type { Commit } from '../commit/commit.ts'
import { bodiesRoot } from '../commit/commit.ts'
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

type Body = Uint8Array

/** What the header may take beside its entries, `after` at its usual size included. */
const HEADER_RESERVE_BYTES = 16_384

/** Gathers entries until a limit is near, then becomes a signed commit. */
export class CommitDraft {
  readonly #start: HeaderStart
  readonly #salt: () => Uint8Array
  readonly #note: Body | undefined
  readonly #entries: Entry[] = []
  readonly #bodies: Body[] = []
  #headerBytes = HEADER_RESERVE_BYTES
  #bodyBytes: number

  constructor(start: HeaderStart, note: Uint8Array | undefined, salt: () => Uint8Array) {
    this.#start = start
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
    const { writer, seq } = this.#start
    let next = clock
    const added = planned.map(({ rec, cls, slots, over }) => {
      const body = encodeBody({ client: writer, seq, clock: next }, slots)
      next += slots.length
      const entry: Entry = { rec, cls, len: slots.length, bytes: body.length, over }
      return { entry, body }
    })
    const headerBytes = added.reduce((sum, { entry }) => sum + entryBytes(entry), 0)
    const bodyBytes = added.reduce((sum, { body }) => sum + body.length + SALT_BYTES, 0)
    const fits =
      this.#entries.length + added.length <= ENTRIES_MAX &&
      this.#headerBytes + headerBytes <= HEADER_BYTES_MAX &&
      this.#bodyBytes + bodyBytes <= COMMIT_BODIES_BYTES_MAX &&
      added.every(({ body }) => body.length <= BODY_BYTES_MAX)
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

  /** The signed commit. */
  sign(crypto: Crypto, signer: Signer): Commit {
    const bodies = [...(this.#note === undefined ? [] : [this.#note]), ...this.#bodies].map(
      (body) => concat(this.#salt(), body),
    )
    const header = encodeHeader({
      ...this.#start,
      note: this.#note?.length ?? 0,
      entries: this.#entries,
      bodies: bodiesRoot(crypto, bodies),
    })
    return { header, bodies, signature: signFor(signer, DOMAIN.commit, header) }
  }
}

function entryBytes(entry: Entry): number {
  return entry.rec.length + 24 + encodeCbor(entry.over as CborValue).length
}
