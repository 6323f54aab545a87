/** What a state asks of a person; the order is the order of lists. */
export const STATES = ['bad', 'warn', 'split', 'wait', 'off', 'ok'] as const
export type State = (typeof STATES)[number]

/** Sorts what needs a person first. */
export function compareStates(left: State, right: State): number {
  return STATES.indexOf(left) - STATES.indexOf(right)
}
