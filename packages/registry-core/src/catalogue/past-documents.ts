/**
 * Records as they were: the rows of a stored record say which commits wrote it and what each
 * superseded, and the commits still hold the values. What does not count today (a revoked writer,
 * a body that was void, erased or pruned) does not count in the past either.
 */
import { entrySections, type ReadCommit } from '../commit/commit.ts'
import type { Stamp } from '../commit/header.ts'
import type { Crypto } from '../crypto.ts'
import { MuluError } from '../errors.ts'
import type { LogKey } from '../log/log.ts'
import type { Profile } from '../profile/profile.ts'
import { buildView } from '../record/build-view.ts'
import { type ReadBody, RecordDocument, type Row } from '../record/document.ts'
import { shownSlots } from '../record/live-slots.ts'
import { recordIdText } from '../record/record-id.ts'
import type { View } from '../record/view.ts'
import { type Scope, type Store, scopeOfKey, scopePrefix } from '../store/store.ts'
import { type Moment, positionAt } from './moment.ts'

/** What the past is read with. */
export type PastContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly profile: () => Profile | undefined
  readonly stamp: (scope: Scope, row: Row) => Stamp
  readonly commitAt: (log: LogKey, seq: number) => Promise<ReadCommit | undefined>
}

/** Commits kept at hand: records that were written together are mostly read together. */
const COMMITS_KEPT = 64

/** Reads records as they stood at moments. */
export class PastDocuments {
  readonly #context: PastContext
  readonly #commits = new Map<string, ReadCommit | undefined>()

  constructor(context: PastContext) {
    this.#context = context
  }

  /** The document of a record by its key in the store; undefined where it had no row yet. */
  async document(key: string, moment: Moment): Promise<RecordDocument | undefined> {
    const stored = await this.#context.store.records.get(key)
    return stored === undefined ? undefined : this.#past(key, RecordDocument.open(stored), moment)
  }

  /** The view of a record by its key in the store; MULU_NOT_HELD when values of then are not here. */
  async view(key: string, moment: Moment): Promise<View | undefined> {
    const document = await this.document(key, moment)
    if (document !== undefined && document.lacking().length > 0) {
      const reason = 'Values of that moment were superseded since and are no longer kept here.'
      throw new MuluError('MULU_NOT_HELD', { details: { id: idOf(key), reason } })
    }
    return document && this.viewOf(key, document)
  }

  /** The view of a document. */
  viewOf(key: string, document: RecordDocument): View | undefined {
    const { crypto } = this.#context
    const profile = this.#context.profile()
    if (profile === undefined) return undefined
    const scope = scopeOfKey(key)
    const stamp = (row: Row): Stamp => this.#context.stamp(scope, row)
    const rec = recOfKey(key)
    return buildView({ crypto, profile, stamp }, scope.ns, rec, shownSlots(document))
  }

  async #past(
    key: string,
    present: RecordDocument,
    moment: Moment,
  ): Promise<RecordDocument | undefined> {
    const scope = scopeOfKey(key)
    const isThere = (row: Row): boolean => row.seq <= positionAt(moment, scope.ns, row.client)
    const rows = present.rows.filter(isThere)
    if (rows.length === 0) return undefined
    if (rows.length === present.rows.length) return present
    const readable = new Set(present.slots().map((slot) => slot.row))
    const past = RecordDocument.open(undefined)
    for (const row of rows) {
      past.apply(row, readable.has(row) ? await this.#body(scope, row) : undefined)
    }
    return past
  }

  async #body(scope: Scope, { client, seq, entry }: Row): Promise<ReadBody | undefined> {
    const commit = await this.#commit({ ...scope, writer: client }, seq)
    const body = commit && entrySections(commit)[entry]
    return body?.read && { section: body.section, slots: body.read.slots }
  }

  async #commit(log: LogKey, seq: number): Promise<ReadCommit | undefined> {
    const key = `${log.ns}/${log.writer}/${seq}`
    if (this.#commits.has(key)) return this.#commits.get(key)
    const commit = await this.#context.commitAt(log, seq)
    this.#commits.set(key, commit)
    for (const oldest of this.#commits.keys()) {
      if (this.#commits.size <= COMMITS_KEPT) break
      this.#commits.delete(oldest)
    }
    return commit
  }
}

function recOfKey(key: string): string {
  return key.slice(scopePrefix(scopeOfKey(key)).length + 1)
}

function idOf(key: string): string {
  return recordIdText(scopeOfKey(key).ns, recOfKey(key))
}
