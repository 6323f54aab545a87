/** State machines as they were in software that spoke other versions of the protocol. */
import type { Machines } from './exchange.ts'

/** What a requester says and hears where it speaks only these versions. */
export function speaking(
  { stepRequester, stepResponder }: Machines,
  versions: readonly number[],
): Machines {
  return {
    stepRequester: (context, state, event) => {
      const [next, effects] = stepRequester(context, state, event)
      const sent = effects.map((effect) =>
        effect.type === 'send' && effect.frame.t === 'hello'
          ? { ...effect, frame: { ...effect.frame, versions } }
          : effect,
      )
      return [next, sent]
    },
    stepResponder: (context, state, event) => {
      const isHello = event.type === 'frame' && event.frame.t === 'hello'
      const heard = isHello ? { ...event, frame: { ...event.frame, versions } } : event
      return stepResponder(context, state, heard as typeof event)
    },
  }
}
