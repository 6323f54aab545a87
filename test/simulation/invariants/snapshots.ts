/**
 * Snapshots count alike everywhere, as the reference says; what a settled one covers stands under
 * every fork that the roster has not ruled on; nobody honest is accused; and proofs hold.
 */
import {
  hashToText,
  isMuluError,
  logText,
  parseRecordId,
  type Registry,
  type Snapshot,
  toHex,
} from '../../../packages/registry-core/src/index.ts'
import { anchorOf, finalEnd } from '../../../packages/registry-core/src/roster/grant.ts'
import {
  checkProof,
  decodeProof,
  encodeProof,
} from '../../../packages/registry-core/src/snapshot/proof.ts'
import type { World } from '../world.ts'
import type { Healed, Invariant } from './invariant.ts'

export const snapshots: Invariant = {
  name: 'snapshots',
  check: async (healed) => {
    for (const [at, { registry, identity }] of healed.members.entries()) {
      if (registry === undefined) continue
      const wrong =
        countedOtherwise(registry, healed) ??
        (await brokenFloor(registry, healed)) ??
        accused(registry, healed.world) ??
        (await wrongProof(registry, healed.world, (id) => id % healed.members.length === at))
      if (wrong !== undefined) return `${identity.name}: ${wrong}`
    }
    return undefined
  },
}

function countedOtherwise(registry: Registry, { reference }: Healed): string | undefined {
  const found = new Map(registry.snapshots().map((each) => [toHex(each.id), each.agreed.join()]))
  for (const [id, agreed] of reference.agreed) {
    // Beyond the fork of its log a snapshot is passed on once a witness has agreed to it.
    if (!reference.effective.has(id) && agreed.length === 0) continue
    if (reference.stranded.has(id)) continue
    if (found.get(id) !== agreed.join()) {
      return `of snapshot ${id} ${found.get(id) ?? 'nothing'} is known and not ${agreed.join()}`
    }
  }
  const invented = [...found.keys()].find((id) => !reference.agreed.has(id))
  return invented && `counts a snapshot that nobody holds: ${invented}`
}

/** A log stands at least where settled snapshots cover it, on the branch that they name. */
async function brokenFloor(
  registry: Registry,
  { world, reference }: Healed,
): Promise<string | undefined> {
  const { state } = world
  for (const { log, accepted } of registry.heads()) {
    const floor = reference.floors.get(logText(log))
    const isRuled = anchorOf(state, log) !== undefined || finalEnd(state, log) !== undefined
    if (floor === undefined || isRuled) continue
    if (accepted.seq < floor.seq) return `${logText(log)} ends at ${accepted.seq} below its floor`
    const at = await registry.commitsAt(log, floor.seq)
    const kind = at.find(({ id }) => toHex(id) === floor.id)?.outcome.kind
    if (kind !== 'in force' && kind !== 'void')
      return `${logText(log)} left the branch of its floor`
  }
  return undefined
}

/** Only who lied is told of, or whose disk had rotted. */
function accused(registry: Registry, { lies, doubtful }: World): string | undefined {
  const unjust = registry
    .disagreements()
    .find(({ snapshot: { id } }) => !lies.has(toHex(id)) && !doubtful.has(toHex(id)))
  return (
    unjust && `accuses writer ${unjust.snapshot.log.writer} for ${hashToText(unjust.snapshot.id)}`
  )
}

const UNPROVEN = ['MULU_SNAPSHOT_NOT_KEPT', 'MULU_SNAPSHOT_UNSETTLED']

/** What is proven of a record is what its author's node showed when it took the snapshot; each node proves some. */
async function wrongProof(
  registry: Registry,
  world: World,
  isAsked: (id: number) => boolean,
): Promise<string | undefined> {
  for (const taken of registry.snapshots().filter((each) => each.isRootSettled)) {
    const covered = world.snapshots.get(toHex(taken.id))
    // Enough rotten witnesses can settle what a rotten node states; no sound one has agreed then.
    if (covered === undefined && world.doubtful.has(toHex(taken.id))) continue
    if (covered === undefined) return `a lie is settled: ${toHex(taken.id)}`
    const ids = [...covered.keys(), '1/resource/none', '77/resource/r1', '1/service/s1']
    for (const id of ids.filter((_, at) => isAsked(at))) {
      const wrong = await proofOf(registry, world, taken, id, covered.has(id))
      if (wrong !== undefined) return wrong
    }
  }
  return undefined
}

async function proofOf(
  registry: Registry,
  world: World,
  taken: Snapshot,
  id: string,
  isThere: boolean,
): Promise<string | undefined> {
  const record = parseRecordId(id)
  try {
    const proof = decodeProof(encodeProof(await registry.prove(taken.id, record)))
    const { leaf } = checkProof(world.crypto, registry.rosters, record, proof)
    return (leaf !== undefined) === isThere ? undefined : `proves the opposite of ${id}`
  } catch (error) {
    if (isMuluError(error) && UNPROVEN.includes(error.code)) return undefined
    return `a proof of ${id} does not hold: ${String(error)}`
  }
}
