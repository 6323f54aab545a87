/** Queues have limits, whatever happens; looked at after every step. */
import { limits } from '../../../packages/registry-core/src/index.ts'
import { ANNOUNCED_HEADS_MAX } from '../../../packages/registry-core/src/sync/sync-limits.ts'
import type { World } from '../world.ts'

/** Frames under way to one side: a request or its answer, announcements, and copies of them. */
const UNDERWAY_MAX = 16

/** What is over its limit now. */
export function overBound(world: World): string | undefined {
  for (const link of world.links) {
    const names = [link.requester, link.responder].map(
      (side) => world.nodeOf(side)?.identity.name ?? '?',
    )
    const where = `between ${names.join(' and ')}`
    const { asking, answering, underway } = link
    if (answering.news.length > ANNOUNCED_HEADS_MAX) return `news without end ${where}`
    const logs = link.requester.heads().length + link.responder.heads().length
    if (asking.wants.length + asking.stalled.length > 2 * logs + 1)
      return `wants without end ${where}`
    if (underway.requester + underway.responder > UNDERWAY_MAX) return `frames without end ${where}`
  }
  for (const node of world.up) {
    if ((node.registry?.totals().waiting ?? 0) > limits.WAITING_MAX) {
      return `commits wait without end at ${node.identity.name}`
    }
  }
  return undefined
}
