import type { RosterState } from '@mulu/registry-core'

/** What no file system of a stick takes in a name, and blanks. */
const UNFIT = /[\p{Cc}\s"*/:<>?\\|.]+/gu
const PART_MAX = 40

/**
 * The name of a bundle's file: from whom, for whom and when, as `mulu-HUB-to-W1-20261129-0930.bundle`;
 * the time is that of the node's own zone.
 */
export function bundleName(
  state: RosterState | undefined,
  from: number,
  to: number,
  nowMs: number,
): string {
  const at = new Date(nowMs)
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('')
  const time = [two(at.getHours()), two(at.getMinutes())].join('')
  const whom = to === 0 ? 'all' : nodeName(state, to)
  return ['mulu', nodeName(state, from), 'to', whom, day, time].join('-').concat('.bundle')
}

function nodeName(state: RosterState | undefined, client: number): string {
  const writer = state?.writers.get(client)
  const code = state?.agencies.get(writer?.agency ?? 0)?.codes[0] ?? ''
  const parts = [code, writer?.office ?? ''].map((part) => part.replace(UNFIT, '_'))
  return [...parts.filter((part) => part !== '').join('-')].slice(0, PART_MAX).join('') || 'node'
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
