/** What must hold after healing. A new feature adds what it promises here. */
import { acknowledged } from './acknowledged.ts'
import { audience } from './audience.ts'
import { convergence } from './convergence.ts'
import { erasure } from './erasure.ts'
import type { Invariant } from './invariant.ts'
import { model } from './model.ts'
import { namespace } from './namespace.ts'
import { orders } from './orders.ts'
import { pruning } from './pruning.ts'
import { rebuild } from './rebuild.ts'
import { rot } from './rot.ts'
import { searchIndex } from './search-index.ts'
import { snapshots } from './snapshots.ts'

export const INVARIANTS: readonly Invariant[] = [
  audience,
  acknowledged,
  convergence,
  model,
  namespace,
  orders,
  rebuild,
  searchIndex,
  snapshots,
  erasure,
  pruning,
  rot,
]
