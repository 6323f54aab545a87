/** Mulu's part: a federation of two agencies, one imports, the other joins and catches up. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CN_GOV_PROFILE, encodeTicket, textToHash } from '@mulu/registry-core'
import { pino } from 'pino'
import { systemClock } from '../packages/node/dist/clock.js'
import { createCrypto } from '../packages/node/dist/crypto.js'
import { admitRequests } from '../packages/node/dist/federation/admit.js'
import { foundFederation } from '../packages/node/dist/federation/found.js'
import { initialiseNode } from '../packages/node/dist/federation/join.js'
import { openNode } from '../packages/node/dist/open-node.js'
import type { MuluCalls, NodeState } from './mulu-peer.ts'
import { PeerProcess } from './peer-process.ts'
import type { Run } from './run.ts'
import type { Timing, TrustTiming } from './timing.ts'
import type { TrustCalls } from './trust-peer.ts'

/** What of taking in the commits of the source, once it is closed, is trust. */
export async function measureTrust({ dir, ...rest }: Run): Promise<TrustTiming> {
  const script = './trust-peer.ts'
  await using peer = new PeerProcess<TrustCalls>({ script, dir: sourceIn(dir), ...rest })
  return await peer.call('measure')
}

function sourceIn(dir: string): string {
  return join(dir, 'mulu-source')
}

/** Imports and replicates; throws when the two nodes are not equal afterwards. */
export async function runMulu({ dir, file, records, ...rest }: Run): Promise<Timing> {
  const [source, target] = [sourceIn(dir), join(dir, 'mulu-target')]
  await federate(source, target)
  const script = './mulu-peer.ts'
  await using from = new PeerProcess<MuluCalls>({ script, dir: source, ...rest })
  await using to = new PeerProcess<MuluCalls>({ script, dir: target, ...rest })
  await to.call('state')
  const importing = await from.call('import', file)
  const addresses = await from.call('listen')
  const before = await from.call('state')
  const replicating = await to.call('pull', { addresses, heads: before.heads })
  requireEqual(before, await to.call('state'), records)
  return { importing, replicating }
}

/** Founds at the source and admits the target, as `found`, `ticket`, `init` and `admit` do. */
async function federate(source: string, target: string): Promise<void> {
  const { federation } = await foundFederation(
    {
      ...installation(source, 'A'),
      name: 'Bench',
      profile: CN_GOV_PROFILE,
      rootKeys: 1,
      threshold: 1,
    },
    systemClock,
  )
  const fed = textToHash(federation.id)
  if (fed === undefined) throw new Error('the federation has no id')
  const ticket = encodeTicket(createCrypto(), { fed, name: 'Bench', addresses: [] })
  const { joinRequest } = await initialiseNode({ ...installation(target, 'B'), ticket })
  const node = await openNode(source, systemClock, pino({ level: 'silent' }))
  try {
    const { folder, store, clock } = node.context
    const request = await readFile(joinRequest, 'utf8')
    await admitRequests({ folder, registry: store.registry, clock }, [request])
  } finally {
    await node.close()
  }
}

function installation(dir: string, code: string) {
  const agency = { code, names: { en: `Agency ${code}` }, region: '' }
  return { dir, agency, office: '' }
}

function requireEqual(source: NodeState, target: NodeState, records: number): void {
  const isEqual =
    source.records === records &&
    target.records === records &&
    source.heads === target.heads &&
    source.catalogue === target.catalogue
  if (isEqual) return
  throw new Error(`mulu: not equal: ${JSON.stringify({ records, source, target })}`)
}
