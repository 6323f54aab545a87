/** What exchanges read of a registry, each thing once until something has changed. */
import { type Audience, audienceText } from '../commit/audience.ts'
import type { Hash } from '../crypto.ts'
import type { LogHead } from '../log/log.ts'
import { isArchive } from '../pruning/archived.ts'
import type { Registry } from '../registry.ts'
import type { SyncReplica } from './sync-context.ts'

/** A cached reading; whoever makes it calls `forget` when the registry tells of a change. */
export class SyncReading {
  readonly replica: SyncReplica
  readonly #registry: Registry
  readonly #digests = new Map<string, Hash>()
  #heads: readonly LogHead[] | undefined

  constructor(registry: Registry) {
    this.#registry = registry
    this.replica = {
      get federation() {
        return registry.federation
      },
      get roster() {
        return registry.roster
      },
      get rosters() {
        return registry.rosters
      },
      missingProfile: () => registry.missingProfile(),
      sharedOrders: () => registry.sharedOrders(),
      ordersDigest: () => registry.ordersDigest(),
      get keepsAll() {
        return registry.pruning.keepsAll
      },
      get isArchive() {
        return isArchive(registry)
      },
      get holding() {
        return registry.holding
      },
      damaged: () => [...registry.damage().commits, ...registry.pruning.lacked()],
      headsDigest: (which, aud, ns) => this.#digest(which, aud, ns),
      holes: () => registry.holes(),
      get statements() {
        return registry.statements
      },
    }
  }

  /** The heads: the same array as long as nothing has changed. */
  get heads(): readonly LogHead[] {
    this.#heads ??= this.#registry.heads()
    return this.#heads
  }

  /** Reads everything anew from now on. */
  forget(): void {
    this.#heads = undefined
    this.#digests.clear()
  }

  #digest(which: 'known' | 'accepted', aud: Audience, ns?: number): Hash {
    const key = `${which} ${audienceText(aud)} ${ns ?? ''}`
    const digest = this.#digests.get(key) ?? this.#registry.headsDigest(which, aud, ns)
    this.#digests.set(key, digest)
    return digest
  }
}
