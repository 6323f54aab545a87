import { type ReactNode, useId } from 'react'

type Props = {
  readonly type: 'radio' | 'checkbox'
  /** What the radios have in common of which one is chosen. */
  readonly name?: string
  readonly label: ReactNode
  readonly hint?: ReactNode
  readonly isChosen: boolean
  readonly isDisabled?: boolean
  readonly onChoose: (isChosen: boolean) => void
}

/** One of several that can be chosen, with what speaks for it below. */
export function Option({ type, name, label, hint, isChosen, isDisabled, onChoose }: Props) {
  const ids = { input: useId(), hint: useId() }
  return (
    <div className="option">
      <input
        className="check"
        type={type}
        name={name}
        id={ids.input}
        checked={isChosen}
        disabled={isDisabled}
        aria-describedby={hint === undefined ? undefined : ids.hint}
        onChange={({ target }) => onChoose(target.checked)}
      />
      <label htmlFor={ids.input}>{label}</label>
      {hint === undefined ? null : (
        <span className="hint" id={ids.hint}>
          {hint}
        </span>
      )}
    </div>
  )
}
