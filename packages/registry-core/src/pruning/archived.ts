/**
 * How much of each log is known to be held, with all its bodies, by a node that keeps everything.
 * Nothing else is dropped: somebody has to have what a cut may bring back, and what people ask for
 * who want to see the past.
 *
 * stored: meta `archived/<log>` -> the position in decimal digits
 */
import { utf8, utf8ToText } from '../encoding/bytes.ts'
import type { LogHead, LogKey } from '../log/log.ts'
import type { Registry } from '../registry.ts'
import {
  commitBatch,
  del,
  logOfKey,
  logPrefix,
  put,
  type Scope,
  type Store,
  scopePrefix,
} from '../store/store.ts'

const MARKER = 'archived/'

/** Whether a replica holds all bodies of what it stands on, and keeps them. */
export function isArchive(registry: Pick<Registry, 'pruning' | 'holding' | 'damage'>): boolean {
  const { pruning, holding } = registry
  if (!holding.isWhole || !pruning.keepsAll) return false
  return pruning.lacked().length === 0 && registry.damage().commits.length === 0
}

/** What archives were heard to hold. */
export class Archived {
  readonly #store: Store
  readonly #positions = new Map<string, number>()

  private constructor(store: Store) {
    this.#store = store
  }

  static async load(store: Store): Promise<Archived> {
    const archived = new Archived(store)
    for await (const [key, bytes] of store.meta.iterator({ gt: MARKER, lt: 'archived0' })) {
      archived.#positions.set(key.slice(MARKER.length), Number(utf8ToText(bytes)))
    }
    return archived
  }

  /** The last position of a log that an archive holds; 0 where none was heard of. */
  positionOf(log: LogKey): number {
    return this.#positions.get(logPrefix(log)) ?? 0
  }

  /** Notes the accepted ends of logs, which are those of an archive. */
  async note(heads: readonly LogHead[]): Promise<void> {
    const news = heads.filter(({ log, accepted }) => accepted.seq > this.positionOf(log))
    if (news.length === 0) return
    await commitBatch(
      this.#store,
      news.map(({ log, accepted }) =>
        put(this.#store.meta, MARKER + logPrefix(log), utf8(String(accepted.seq))),
      ),
    )
    for (const { log, accepted } of news) this.#positions.set(logPrefix(log), accepted.seq)
  }

  /** Forgets a scope in which other commits may stand from now on. */
  async forget(scope: Scope): Promise<void> {
    const prefix = scopePrefix(scope)
    const keys = [...this.#positions.keys()].filter((key) => scopePrefix(logOfKey(key)) === prefix)
    if (keys.length === 0) return
    await commitBatch(
      this.#store,
      keys.map((key) => del(this.#store.meta, MARKER + key)),
    )
    for (const key of keys) this.#positions.delete(key)
  }
}
