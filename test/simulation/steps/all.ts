/**
 * Every kind of step. Those of orders stand apart, since most of them need others of them before
 * they can do anything. A new fault or feature is one file here and one line below; what must hold
 * after it stands in `../invariants/all.ts`.
 */
import type { StepKind } from '../step.ts'
import { pack, unpack } from './bundle.ts'
import { burn, diskFull, diskSpace, rot, writeError } from './disk.ts'
import { destroy, erase, writePersonal } from './erase.ts'
import { equivocate, forge, rogue, stealWitness } from './hostile.ts'
import { breakStream, carry, connect, deliver, partition, weather } from './network.ts'
import { administer, endAdministrator, order, stealAdministrator, thieve } from './orders.ts'
import { crash, crashLater, restart, start } from './power.ts'
import { prune, slim } from './prune.ts'
import { admit, close, pin } from './roster.ts'
import { conclude, lie, snapshot, witness } from './snapshot.ts'
import { subscribe } from './subscribe.ts'
import { clock, wait } from './time.ts'
import { older } from './versions.ts'
import { write, writeMany } from './write.ts'

export const STEP_KINDS: readonly StepKind[] = [
  write,
  writeMany,
  connect,
  deliver,
  breakStream,
  weather,
  partition,
  carry,
  wait,
  clock,
  crash,
  crashLater,
  start,
  restart,
  writeError,
  diskFull,
  diskSpace,
  rot,
  burn,
  admit,
  close,
  pin,
  writePersonal,
  erase,
  destroy,
  rogue,
  equivocate,
  stealWitness,
  forge,
  snapshot,
  witness,
  conclude,
  pack,
  unpack,
  lie,
  slim,
  prune,
  older,
]

/**
 * For federations of which some offices hold a part. No node is lost, closed or hostile there: of
 * what only such a node had, an office may have the header, and then nobody the body.
 */
export const SUBSCRIBING_KINDS: readonly StepKind[] = [
  subscribe,
  ...STEP_KINDS.filter(
    (kind) => ![rot, burn, close, rogue, equivocate, stealWitness, forge, lie, slim].includes(kind),
  ),
]

/** The same, for federations whose agencies give orders. */
export const ORDERING_KINDS: readonly StepKind[] = [
  ...[administer, endAdministrator, order, stealAdministrator, thieve],
  ...STEP_KINDS,
]
