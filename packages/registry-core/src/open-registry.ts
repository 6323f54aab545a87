/** Opens a replica on a database: loads what is stored and finishes what was interrupted. */
import { StoredViews } from './catalogue/stored-views.ts'
import { Erasures } from './erasure/erasures.ts'
import { Logs } from './log/logs.ts'
import { effectiveStamp } from './log/past.ts'
import { Archived } from './pruning/archived.ts'
import { Lacking } from './pruning/lacking.ts'
import type { Registry, RegistryOptions } from './registry.ts'
import { Replica } from './replica.ts'
import { OrderStore } from './roster/order-store.ts'
import { OrderedChain } from './roster/ordered-chain.ts'
import { RosterStore } from './roster/roster-store.ts'
import { DamageList } from './scrub/damage.ts'
import { SearchIndex } from './search/search-index.ts'
import { surroundings } from './search/surroundings.ts'
import { Settlement } from './snapshot/settlement.ts'
import { migrate } from './store/migrate.ts'
import { openStore, type Scope } from './store/store.ts'
import { Holdings } from './subscription/holdings.ts'

/** Opens a registry. MULU_STORE_VERSION when the store has a format that it cannot be brought from. */
export async function openRegistry(options: RegistryOptions): Promise<Registry> {
  const store = await openStore(options.db)
  await migrate(store)
  const rosters = await RosterStore.load(options.crypto, store, options.profiles)
  const orders = await OrderStore.load(options.crypto, store)
  const chain = new OrderedChain(options.crypto, rosters, orders)
  const logs = await Logs.load(options.crypto, store)
  const views = new StoredViews({
    crypto: options.crypto,
    store,
    profile: () => rosters.viewProfile,
    stamp: (scope, row) => effectiveStamp(logs, scope, row),
  })
  const damage = await DamageList.load(store)
  const settlement = await Settlement.load(options.crypto, store, () => chain.rosters)
  const erasures = await Erasures.load({
    ...{ crypto: options.crypto, store, settlement },
    rosters: () => chain.rosters,
  })
  const holdings = await Holdings.load(store)
  const isBare = (scope: Scope): boolean => holdings.isBare(scope)
  const lacking = await Lacking.load(store, options.keepsAll ?? true, isBare)
  const archived = await Archived.load(store)
  const index = await SearchIndex.open(store, views, surroundings(rosters))
  const parts = {
    ...{ store, rosters, orders, chain, logs, views, index },
    ...{ settlement, erasures, lacking, archived, damage, holdings, foreseen: new Set<string>() },
  }
  const replica = new Replica(options, parts)
  await replica.resume()
  return replica
}
