/**
 * A node whose software speaks only the first version of the protocol: it offers
 * nothing later, and knows no frame or key that came later, so that to be sent one is a finding. Its
 * store and its rules are those of the present version.
 */
import type { Frame } from '../../packages/registry-core/src/sync/frame.ts'
import type { Summary } from '../../packages/registry-core/src/sync/summary.ts'
import type { Machines } from '../../packages/registry-core/testing/exchange.ts'

const OLDER: readonly number[] = [1]

/** The machines of an older version, made of the present ones. */
export function olderMachines({ stepRequester, stepResponder }: Machines): Machines {
  return {
    stepRequester: (context, state, event) => {
      if (event.type === 'frame') known(event.frame)
      const [next, effects] = stepRequester(context, state, event)
      const sent = effects.map((effect) =>
        effect.type === 'send' ? { ...effect, frame: asOlder(effect.frame) } : effect,
      )
      return [next, sent]
    },
    stepResponder: (context, state, event) => {
      if (event.type !== 'frame') return stepResponder(context, state, event)
      return stepResponder(context, state, { ...event, frame: asOlder(known(event.frame)) })
    },
  }
}

const LATER: ReadonlySet<Frame['t']> = new Set([
  ...(['marks-pull', 'orders-pull', 'part-pull', 'marks', 'orders', 'part'] as const),
  ...(['digest-pull', 'digest'] as const),
])

/** Throws for what the first version does not know (frame.ts). */
function known<F extends Frame>(frame: F): F {
  const isLater =
    LATER.has(frame.t) ||
    (frame.t === 'pull' && frame.bodies !== undefined) ||
    (frame.t === 'announce' && (frame.orders !== undefined || frame.holds !== undefined)) ||
    (frame.t === 'hello-ok' && (frame.version > Math.max(...OLDER) || hasLater(frame.summary)))
  if (isLater) throw new Error(`A frame the older version does not know: ${frame.t}`)
  return frame
}

function hasLater({ orders, archive, holds }: Summary): boolean {
  return orders !== undefined || archive !== undefined || holds !== undefined
}

function asOlder<F extends Frame>(frame: F): F {
  if (frame.t !== 'hello') return frame
  const versions = frame.versions.filter((version) => OLDER.includes(version))
  return { ...frame, versions }
}
