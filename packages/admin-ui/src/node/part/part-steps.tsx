import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAccessKey } from '../../access-key.ts'
import type { HeldPart } from '../../api.ts'
import { ErrorNotice } from '../../parts/error-notice.tsx'
import { Status } from '../../parts/status.tsx'
import { countPart, holdPart, type Part, type PartChange, partOf } from './part.ts'
import { PartDone } from './part-done.tsx'
import { PartForm } from './part-form.tsx'
import { PartReview } from './part-review.tsx'

type Step =
  | { readonly at: 'closed' | 'form' }
  | { readonly at: 'review'; readonly part: Part; readonly change: PartChange }
  | { readonly at: 'done'; readonly before: Part; readonly part: Part; readonly change: PartChange }

type Props = {
  readonly held: HeldPart | null
  /** The number of the own agency, which is always held. */
  readonly own: number | undefined
}

/** Choosing what an office holds: the choice, what it would change, and what became of it. */
export function PartSteps({ held, own }: Props) {
  const { t } = useTranslation()
  const key = useAccessKey()
  const client = useQueryClient()
  const [step, setStep] = useState<Step>({ at: 'closed' })
  const [draft, setDraft] = useState<Part>()
  const count = useMutation({
    mutationFn: (part: Part) => countPart(part, key ?? ''),
    onSuccess: (change, part) => setStep({ at: 'review', part, change }),
  })
  const hold = useMutation({
    mutationFn: ({ part }: { part: Part; before: Part }) => holdPart(part, key ?? ''),
    onSuccess: async (change, order) => {
      setStep({ at: 'done', ...order, change })
      await client.invalidateQueries()
    },
  })
  const error = count.error ?? hold.error
  const focus = useFocusOn(step.at)

  function begin(): void {
    count.reset()
    hold.reset()
    setDraft(partOf(held))
    setStep({ at: 'form' })
  }

  if (key === undefined) {
    return (
      <p className="hint section-table">
        {t('part.needsKey')} <Link to="/node#access">{t('part.enterKey')}</Link>
      </p>
    )
  }
  return (
    <div className={step.at === 'closed' ? 'section-table' : 'panel section-table'} {...focus}>
      {hold.isPending ? (
        <p role="status">
          <Status state="wait">{t('part.holding')}</Status>
        </p>
      ) : (
        shown()
      )}
    </div>
  )

  function shown(): React.ReactNode {
    return (
      <>
        {error === null ? null : <ErrorNotice error={error} title={t('part.notDone')} />}
        {step.at === 'closed' ? (
          <Button className="btn" onPress={begin}>
            {t('part.begin')}
          </Button>
        ) : null}
        {step.at === 'form' && draft !== undefined ? (
          <PartForm
            now={partOf(held)}
            part={draft}
            own={own}
            isBusy={count.isPending}
            onChange={setDraft}
            onCount={count.mutate}
            onCancel={() => setStep({ at: 'closed' })}
          />
        ) : null}
        {step.at === 'review' ? (
          <PartReview
            change={step.change}
            onHold={() => hold.mutate({ part: step.part, before: partOf(held) })}
            onBack={() => setStep({ at: 'form' })}
          />
        ) : null}
        {step.at === 'done' ? (
          <PartDone
            change={step.change}
            onUndo={() => hold.mutate({ part: step.before, before: step.part })}
            onClose={() => setStep({ at: 'closed' })}
          />
        ) : null}
      </>
    )
  }
}

/** Each step takes the focus of the one before, which is gone. */
function useFocusOn(step: Step['at']): {
  readonly tabIndex: -1
  readonly ref: React.RefObject<HTMLDivElement | null>
} {
  const place = useRef<HTMLDivElement>(null)
  const seen = useRef(step)
  useEffect(() => {
    if (seen.current !== step) place.current?.focus()
    seen.current = step
  }, [step])
  return { tabIndex: -1, ref: place }
}
