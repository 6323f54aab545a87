import type { State } from '../parts/state.ts'

const PER_ROW = 17
const STEP = 14
const SIZE = 12

/** One square a node; filled, half, dashed or crossed, so that it reads without colour. */
export function NodeStrip({ states, label }: { states: readonly State[]; label: string }) {
  const rows = Math.ceil(states.length / PER_ROW)
  return (
    <svg
      className="strip"
      viewBox={`0 0 ${PER_ROW * STEP - 2} ${Math.max(1, rows) * STEP - 2}`}
      role="img"
      aria-label={label}
    >
      {states.map((state, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: squares are interchangeable but for their place.
        <Square key={index} state={state} x={(index % PER_ROW) * STEP} y={rowOf(index) * STEP} />
      ))}
    </svg>
  )
}

function rowOf(index: number): number {
  return Math.floor(index / PER_ROW)
}

function Square({ state, x, y }: { state: State; x: number; y: number }) {
  const ink = `var(--${state})`
  if (state === 'ok') return <rect x={x} y={y} width={SIZE} height={SIZE} rx="1" fill={ink} />
  return (
    <>
      <rect
        x={x + 0.7}
        y={y + 0.7}
        width={SIZE - 1.4}
        height={SIZE - 1.4}
        rx="1"
        fill="none"
        stroke={ink}
        strokeWidth="1.4"
        strokeDasharray={state === 'wait' ? undefined : '2.4 1.6'}
      />
      <path
        d={markOf(state, x, y)}
        fill={state === 'wait' ? ink : 'none'}
        stroke={ink}
        strokeWidth="1.4"
      />
    </>
  )
}

function markOf(state: State, x: number, y: number): string {
  switch (state) {
    case 'wait':
      return `M${x + 6} ${y + 1}h5v10h-5z`
    case 'bad':
      return `M${x + 3} ${y + 3}l6 6m0-6l-6 6`
    case 'warn':
      return `M${x + 3} ${y + 9}l6-6`
    default:
      return ''
  }
}
