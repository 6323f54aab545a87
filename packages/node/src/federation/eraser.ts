/** Carries out orders of erasure by itself: whenever something has come, what may go is destroyed. */
import type { NodeContext } from '../node-context.ts'
import { carryOutErasures } from './erase.ts'

/** Orders are rare, and what they ask for takes a while; news is gathered meanwhile. */
const PAUSE_MS = 500

/** Begins; the result ends it and waits for what is being destroyed. */
export function startEraser(
  context: Pick<NodeContext, 'store' | 'signer' | 'clock' | 'logger'>,
): () => Promise<void> {
  const { store, clock, logger } = context
  let cancel: (() => void) | undefined
  let working: Promise<unknown> = Promise.resolve()
  const later = (): void => {
    cancel ??= clock.after(PAUSE_MS, () => {
      cancel = undefined
      if (!store.registry.erasing.isOpen()) return
      working = working
        .then(() => carryOutErasures(context))
        .catch((error: unknown) => {
          logger.warn(
            { err: error },
            'orders of erasure could not be carried out; tried again later',
          )
        })
    })
  }
  const unsubscribe = store.registry.subscribe(later)
  later()
  return async () => {
    unsubscribe()
    cancel?.()
    await working
  }
}
