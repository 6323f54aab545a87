/** Files of administrators that people carry: the request to name a key, drafts, signed orders. */
import {
  createAdministratorRequest,
  parseAdministratorRequest,
} from '../../packages/registry-core/src/roster/administrator-request.ts'
import { encodeOrderBody } from '../../packages/registry-core/src/roster/order.ts'
import {
  encodeOrderDraft,
  encodeOrders,
  parseOrderDraft,
  parseOrders,
  readOrderDraft,
  signOrderDraft,
} from '../../packages/registry-core/src/roster/order-draft.ts'
import { testCrypto } from '../../packages/registry-core/testing/crypto.ts'
import {
  ADMIN,
  admission,
  admit,
  claimOf,
  closing,
  OFFICE,
  orderingFederation,
} from '../../packages/registry-core/testing/orders.ts'
import { bytesOf, coded, textOf, wantEqual } from '../promises.ts'
import type { Target } from '../target.ts'

const federation = orderingFederation()
const { fed } = federation.newest
const claims = [
  claimOf(federation, admission(federation, 20)),
  claimOf(federation, closing(OFFICE, []), { no: 2 }),
]
const drafts = [claims, claims.slice(0, 1)].map((some) => ({
  chain: federation.rosters.map(({ bytes }) => bytes),
  known: [admit(federation, { seed: 21, no: 3 }).bytes],
  orders: some.map((claim) => encodeOrderBody({ ...claim, by: ADMIN.publicKey })),
}))

const administratorRequest: Target = {
  name: 'administrator-request',
  corpus: bytesOf(
    ...['A-1', '91440000MA5XXXXX0X', '北区'].map((agency) =>
      createAdministratorRequest(ADMIN, { fed, agency }),
    ),
  ),
  read: (input) => coded(() => parseAdministratorRequest(testCrypto, textOf(input))),
}

const orderDraft: Target = {
  name: 'order-draft',
  corpus: bytesOf(...drafts.map(encodeOrderDraft)),
  // Each one that parses has its whole chain verified.
  share: 1 / 20,
  read: (input) =>
    coded(
      () => {
        const draft = parseOrderDraft(textOf(input))
        readOrderDraft(testCrypto, draft)
        return draft
      },
      (draft) => wantEqual(parseOrderDraft(encodeOrderDraft(draft)), draft, 'the draft'),
    ),
}

const signedOrders: Target = {
  name: 'signed-orders',
  corpus: bytesOf(...drafts.map((each) => encodeOrders(signOrderDraft(testCrypto, each, ADMIN)))),
  read: (input) =>
    coded(
      () => parseOrders(textOf(input)),
      (orders) => wantEqual(parseOrders(encodeOrders(orders)), orders, 'the orders'),
    ),
}

/** The targets. */
export const CARRIED_TARGETS: readonly Target[] = [administratorRequest, orderDraft, signedOrders]
