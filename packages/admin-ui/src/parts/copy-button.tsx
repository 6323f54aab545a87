import { useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { Icon } from './icon.tsx'

type Props = {
  readonly value: string
  /** What is copied, read out after the verb. */
  readonly what: string
  /** Shows `what` instead of the bare verb. */
  readonly isNamed?: boolean
  readonly isQuiet?: boolean
}

/** Copies a full value that the page shows only as words. */
export function CopyButton({ value, what, isNamed = false, isQuiet = false }: Props) {
  const { t } = useTranslation()
  const [outcome, setOutcome] = useState<'done' | 'refused' | undefined>()

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(value)
      setOutcome('done')
    } catch {
      // Pages without https may not write the clipboard: the value is shown to be selected by hand.
      setOutcome('refused')
    }
  }

  return (
    <>
      <Button
        className={isQuiet ? 'btn btn-quiet btn-small' : 'btn btn-small'}
        onPress={() => void copy()}
      >
        <Icon name="i-copy" isSmall />
        {outcome === 'done' ? t('copy.done') : <Verb what={what} isNamed={isNamed} />}
      </Button>
      {outcome === 'refused' ? (
        <span role="status" className="code">
          {value}
        </span>
      ) : null}
    </>
  )
}

function Verb({ what, isNamed }: { what: string; isNamed: boolean }) {
  const { t } = useTranslation()
  if (isNamed) return t('copy.named', { what })
  return (
    <>
      {t('copy.verb')}
      <span className="vh"> {what}</span>
    </>
  )
}
