import { useLanguage } from '../language.ts'
import { wordsOf } from '../words.ts'
import { CopyButton } from './copy-button.tsx'

type Props = {
  readonly value: string
  readonly count: number
  /** Names the full value for the copy button; without it the words stand alone. */
  readonly copyAs?: string
}

/** A digest or key as words for the eye and the phone; the full value is one press away. */
export function DigestWords({ value, count, copyAs }: Props) {
  const language = useLanguage()
  const words = wordsOf(value, count, language)
  return (
    <>
      {words === undefined ? (
        <span className="code">{value}</span>
      ) : (
        <span className="words">{words}</span>
      )}
      {copyAs === undefined ? null : (
        <>
          {' '}
          <CopyButton value={value} what={copyAs} isQuiet />
        </>
      )}
    </>
  )
}
