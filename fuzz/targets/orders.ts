/**
 * Orders of agencies on their way into a replica: mutated ones, and such as somebody signs who holds
 * an administrator key, good or beyond reach.
 */
import fc from 'fast-check'
import { DOMAIN, signFor } from '../../packages/registry-core/src/crypto.ts'
import { equalBytes } from '../../packages/registry-core/src/encoding/bytes.ts'
import { Queue } from '../../packages/registry-core/src/queue.ts'
import type { Registry } from '../../packages/registry-core/src/registry.ts'
import type { Right } from '../../packages/registry-core/src/roster/change.ts'
import { type OrderClaim, signOrder } from '../../packages/registry-core/src/roster/order.ts'
import type { TakenOrder } from '../../packages/registry-core/src/roster/ordered-chain.ts'
import { bindingMessage } from '../../packages/registry-core/src/roster/roster.ts'
import { testSigner } from '../../packages/registry-core/testing/crypto.ts'
import {
  openReplica,
  type TestFederation,
} from '../../packages/registry-core/testing/federation.ts'
import {
  ADMIN,
  ID,
  NEXT_ADMIN,
  OFFICE,
  orderCampaign,
  orderingFederation,
} from '../../packages/registry-core/testing/orders.ts'
import { wantEqual } from '../promises.ts'
import type { Fate, OpenTarget } from '../target.ts'

/** Few numbers, so that a replica that keeps what it has to keeps little. */
const numbers = fc.integer({ min: 0, max: 60 })
const namespaces = fc.integer({ min: 1, max: 4 })
const audiences = fc.constantFrom<0 | 1 | readonly number[]>(0, 1, [2, 3])
const rights = fc.constantFrom<Right>('describe', 'classify', 'erase')

const grants = fc.array(
  fc.record({
    ns: namespaces,
    auds: fc.array(audiences, { maxLength: 3 }),
    rights: fc.array(rights, { maxLength: 3 }),
  }),
  { maxLength: 3 },
)

const ends = fc.array(
  fc.record({
    ns: namespaces,
    aud: audiences,
    seq: fc.integer({ min: 0, max: 9 }),
    id: fc.constant(ID),
  }),
  { maxLength: 3 },
)

/** What a key may sign that is known to the chain, or is not. */
function signedOrders({ rosters, newest }: TestFederation): fc.Arbitrary<Uint8Array> {
  const admissions = fc
    .record({
      seed: fc.integer({ min: 1, max: 24 }),
      peer: fc.integer({ min: 1, max: 24 }),
      code: fc.constantFrom('B', 'B', 'C', ''),
      grants,
    })
    .map(({ seed, peer, code, ...more }): OrderClaim['act'] => {
      const { publicKey: key } = testSigner(seed)
      const claim = { key, peers: [`peer-${peer}`], continues: 0, code }
      const message = bindingMessage(newest.fed, claim)
      const proof = signFor(testSigner(seed), DOMAIN.join, message)
      return { type: 'admit', ...claim, office: 'o', proof, ...more }
    })
  const closings = fc.record<OrderClaim['act'] & { type: 'close' }>({
    type: fc.constant('close'),
    client: fc.constantFrom(1, 2, 3, OFFICE, OFFICE + 1, OFFICE + 1_024),
    ends,
    final: fc.boolean(),
    why: fc.constantFrom('', 'lost'),
  })
  return fc
    .record({
      by: fc.constantFrom(ADMIN, NEXT_ADMIN, testSigner(7)),
      cited: fc.constantFrom(...rosters),
      agency: fc.integer({ min: 1, max: 4 }),
      no: numbers,
      act: fc.oneof(admissions, closings),
    })
    .map(({ by, cited, ...claim }) => {
      const roster = [cited.version, cited.hash] as const
      return signOrder(by, { ...claim, fed: newest.fed, roster })
    })
}

/** One replica takes all of them. */
export async function openOrderTargets(): Promise<readonly OpenTarget[]> {
  const federation = orderingFederation()
  const corpus = orderCampaign(federation).map(({ bytes }) => bytes)
  const { registry } = await openReplica(federation)
  const queue = new Queue()
  const target: OpenTarget = {
    name: 'orders-taken',
    corpus,
    shaped: signedOrders(federation),
    share: 0.1,
    // One after the other, since each looks at what it has changed.
    read: (input) => queue.run(() => takeTwice(registry, input)),
    close: () => registry.close(),
  }
  return [target]
}

/** What is taken is kept as it came, is known after that, and nothing else changes anything. */
async function takeTwice(registry: Registry, input: Uint8Array): Promise<Fate> {
  const signed = registry.rootChain.at(-1)
  const before = registry.ordersDigest()
  const outcome = outcomeOf(await registry.takeOrders([input]))
  const after = registry.ordersDigest()
  const again = outcomeOf(await registry.takeOrders([input]))
  if (registry.rootChain.at(-1) !== signed) throw new Error('the signed chain has changed')
  if (equalBytes(before, after) === (outcome.kind === 'new')) {
    throw new Error(`the digest does not tell of an order that is ${outcome.kind}`)
  }
  wantEqual(again, outcome.kind === 'new' ? { ...outcome, kind: 'known' } : outcome, 'the outcome')
  if (outcome.kind === 'refused') return 'refused'
  const isKept = registry.orders().some(({ order }) => equalBytes(order.bytes, input))
  // The same body under another good signature is the same order.
  if (outcome.kind === 'new' && !isKept) throw new Error('an order is not kept as it came')
  return 'taken'
}

function outcomeOf([taken]: readonly TakenOrder[]): TakenOrder['outcome'] {
  if (taken === undefined) throw new Error('nothing is said of an order')
  return taken.outcome
}
