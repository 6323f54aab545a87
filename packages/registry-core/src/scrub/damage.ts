/**
 * What the scrub found and nobody has mended yet. Kept in the store, so that after a restart what
 * has rotted is still asked for and still not passed on.
 *
 * stored: `commit/<log>/<seq>` -> CBOR [what, start of the id in hex or '', [rec …]];
 *         `scope/<scope>` -> nothing
 */
import { decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import type { LogKey } from '../log/log.ts'
import {
  del,
  logOfKey,
  logPrefix,
  type Operation,
  positionPrefix,
  put,
  type Scope,
  type Store,
  scopeOfKey,
  scopePrefix,
} from '../store/store.ts'

/**
 * A commit that is not here as its author signed it.
 *
 * commit   its header or signature has rotted, or the whole of it
 * body     its header is as signed, the bodies are not
 * missing  nothing stands at its position any more
 */
export type DamagedCommit = {
  readonly what: 'commit' | 'body' | 'missing'
  readonly log: LogKey
  readonly seq: number
  /** Its id, 64 hexadecimal digits; empty when that is not known. */
  readonly idText: string
  /** Records that it changes, `kind/local`, as far as that can be told. */
  readonly records: readonly string[]
}

/** Records of one damaged commit that are named. */
export const RECORDS_NAMED_MAX = 8

const COMMIT = 'commit/'
const SCOPE = 'scope/'

/** The damage of one store. */
export class DamageList {
  readonly #store: Store
  readonly #commits = new Map<string, DamagedCommit>()
  readonly #scopes = new Map<string, Scope>()

  private constructor(store: Store) {
    this.#store = store
  }

  static async load(store: Store): Promise<DamageList> {
    const list = new DamageList(store)
    for await (const [key, bytes] of store.damage.iterator()) {
      if (key.startsWith(COMMIT)) list.#loadCommit(key.slice(COMMIT.length), bytes)
      else list.#scopes.set(key.slice(SCOPE.length), scopeOfKey(key.slice(SCOPE.length)))
    }
    return list
  }

  #loadCommit(position: string, bytes: Uint8Array): void {
    const log = logOfKey(position)
    const seq = Number.parseInt(position.slice(logPrefix(log).length + 1), 16)
    const [what, idText, records] = decodeCbor(bytes) as [
      DamagedCommit['what'],
      string,
      readonly string[],
    ]
    this.#commits.set(position, { what, log, seq, idText, records })
  }

  /** All damaged commits, by log and position. */
  get commits(): readonly DamagedCommit[] {
    return [...this.#commits].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, damaged]) => damaged)
  }

  /** The scopes whose derived data is to be built anew. */
  get scopes(): readonly Scope[] {
    return [...this.#scopes.values()]
  }

  at(log: LogKey, seq: number): DamagedCommit | undefined {
    return this.#commits.size === 0 ? undefined : this.#commits.get(positionPrefix(log, seq))
  }

  /** Whether some commit of a scope is damaged: then its derived data cannot be built anew. */
  isIn(scope: Scope): boolean {
    const prefix = `${scopePrefix(scope)}/`
    return [...this.#commits.keys()].some((position) => position.startsWith(prefix))
  }

  /** The operation that remembers a damaged commit; `apply` once it is written. */
  add(damaged: DamagedCommit): { readonly operation: Operation; readonly apply: () => void } {
    const { log, seq, what, idText, records } = damaged
    const position = positionPrefix(log, seq)
    const named = records.slice(0, RECORDS_NAMED_MAX)
    return {
      operation: put(this.#store.damage, COMMIT + position, encodeCbor([what, idText, named])),
      apply: () => void this.#commits.set(position, { ...damaged, records: named }),
    }
  }

  /** The operation that forgets a commit which is whole again. */
  remove(log: LogKey, seq: number): { readonly operation: Operation; readonly apply: () => void } {
    const position = positionPrefix(log, seq)
    return {
      operation: del(this.#store.damage, COMMIT + position),
      apply: () => void this.#commits.delete(position),
    }
  }

  addScope(scope: Scope): { readonly operation: Operation; readonly apply: () => void } {
    const prefix = scopePrefix(scope)
    return {
      operation: put(this.#store.damage, SCOPE + prefix, new Uint8Array()),
      apply: () => void this.#scopes.set(prefix, scope),
    }
  }

  removeScope(scope: Scope): { readonly operation: Operation; readonly apply: () => void } {
    const prefix = scopePrefix(scope)
    return {
      operation: del(this.#store.damage, SCOPE + prefix),
      apply: () => void this.#scopes.delete(prefix),
    }
  }
}
