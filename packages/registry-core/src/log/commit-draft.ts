/** A commit of this node while it is being filled, within the limits of header and bodies. */
import { assert } from '../assert.ts'
import { bodiesRoot, commitId, type ReadCommit } from '../commit/commit.ts'
import { writeSaltedSlots } from '../commit/encoded-slot.ts'
import { type Entry, encodeHeader, type Header } from '../commit/header.ts'
import { type Crypto, DOMAIN, type Signer, signFor } from '../crypto.ts'
import { ByteWriter } from '../encoding/byte-writer.ts'
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

/** What the header may take beside its entries, `after` at its usual size included. */
const HEADER_RESERVE_BYTES = 16_384
/** What is set aside for the bodies at first. */
const BODIES_BYTES = 65_536

/** Gathers entries until a limit is near, then becomes a signed commit. */
export class CommitDraft {
  readonly #place: DraftPlace
  readonly #salt: () => Uint8Array
  readonly #note: Uint8Array | undefined
  readonly #entries: Entry[] = []
  /** All bodies one after another: memory for each would cost more than to write what is in it. */
  readonly #bodies = new ByteWriter(BODIES_BYTES)
  #headerBytes = HEADER_RESERVE_BYTES

  constructor(place: DraftPlace, note: Uint8Array | undefined, salt: () => Uint8Array) {
    this.#place = place
    this.#salt = salt
    this.#note = note
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
    const [entriesBefore, bodyBytesBefore] = [this.size, this.#bodies.length]
    const headerBytes = this.#write(planned, clock)
    if (
      this.#headerBytes + headerBytes <= HEADER_BYTES_MAX &&
      this.#isWithinLimits(entriesBefore)
    ) {
      this.#headerBytes += headerBytes
      return true
    }
    const bytes = this.#bodies.length - bodyBytesBefore
    this.#entries.length = entriesBefore
    this.#bodies.cut(bodyBytesBefore)
    if (entriesBefore > 0) return false
    const details = { rec: planned[0]?.rec, bytes, limit: BODY_BYTES_MAX }
    throw new MuluError('MULU_LIMIT', { details })
  }

  /** Writes all entries of one record behind what is here; how much they take of the header. */
  #write(planned: readonly PlannedEntry[], clock: number): number {
    const { writer, seq } = this.#place
    let next = clock
    let headerBytes = 0
    for (const { rec, cls, slots, over, of } of planned) {
      const start = this.#bodies.length
      writeSaltedSlots(this.#bodies, this.#salt(), { client: writer, seq, clock: next }, slots)
      next += slots.length
      const bytes = this.#bodies.length - start - SALT_BYTES
      const entry = { rec, cls, len: slots.length, bytes, over }
      this.#entries.push(of === undefined ? entry : { ...entry, of })
      headerBytes += entryBytes(entry)
    }
    return headerBytes
  }

  /** Whether the bodies and the entries from `first` on fit, their share of the header apart. */
  #isWithinLimits(first: number): boolean {
    const noteBytes = this.#note === undefined ? 0 : this.#note.length + SALT_BYTES
    if (this.size > ENTRIES_MAX) return false
    if (noteBytes + this.#bodies.length > COMMIT_BODIES_BYTES_MAX) return false
    for (let i = first; i < this.size; i++) {
      if ((this.#entries[i]?.bytes ?? 0) > BODY_BYTES_MAX) return false
    }
    return true
  }

  /**
   * The signed commit, as reading its header would give it; `start` has the writer and position
   * that the draft was opened for.
   */
  sign(crypto: Crypto, signer: Signer, start: HeaderStart): ReadCommit {
    const { writer, seq } = this.#place
    assert(start.writer === writer && start.seq === seq, 'a draft is signed at its own position')
    const note = this.#note === undefined ? [] : [concat(this.#salt(), this.#note)]
    const bodies = [...note, ...this.#bodiesByEntry()]
    const read: Header = {
      ...start,
      note: this.#note?.length ?? 0,
      entries: this.#entries,
      bodies: bodiesRoot(crypto, bodies),
    }
    const header = encodeHeader(read)
    const signature = signFor(signer, DOMAIN.commit, header)
    return { header, bodies, signature, id: commitId(crypto, header), read }
  }

  #bodiesByEntry(): readonly Uint8Array[] {
    const whole = this.#bodies.copy()
    let end = 0
    return this.#entries.map(({ bytes }) => {
      const start = end
      end += SALT_BYTES + bytes
      return whole.subarray(start, end)
    })
  }
}

function entryBytes({ rec, over }: Entry): number {
  return rec.length + 48 + (over.length === 0 ? 1 : encodeCbor(over as CborValue).length)
}
