import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { RecordView } from '../../api.ts'
import { ErrorNotice } from '../../parts/error-notice.tsx'
import { Status } from '../../parts/status.tsx'
import { erasuresQuery } from '../../queries.ts'
import { type Erase, useErasables, useErase, type Wanted } from './erase.ts'
import { EraseConfirm } from './erase-confirm.tsx'
import { EraseForm } from './erase-form.tsx'
import { ErasureNodes } from './erasure-nodes.tsx'

type Step = { readonly at: 'closed' | 'form' } | { readonly at: 'confirm'; readonly wanted: Wanted }

/** Erasing by a lawful order, for those who may; for all, which nodes have carried orders out. */
export function EraseSection({ record }: { record: RecordView }) {
  const { t } = useTranslation()
  const erase = useErase(record)
  const erasures = useQuery(erasuresQuery)
  const orders = (erasures.data?.items ?? []).filter(({ records }) => records.includes(record.id))
  if (!erase.mayErase && orders.length === 0) return null
  return (
    <section className="section" aria-labelledby="erase">
      <div className="section-head">
        <h2 id="erase">{t('erase.title')}</h2>
        <p>{t('erase.text')}</p>
      </div>
      {erase.mayErase ? <Steps record={record} erase={erase} /> : null}
      {orders.map((erasure) => (
        <ErasureNodes key={erasure.id} erasure={erasure} />
      ))}
    </section>
  )
}

function Steps({ record, erase }: { record: RecordView; erase: Erase }) {
  const { t } = useTranslation()
  const fields = useErasables(record)
  const [step, setStep] = useState<Step>({ at: 'closed' })
  const { done, ordered, error, isBusy } = erase
  if (isBusy) {
    return (
      <p role="status">
        <Status state="wait">{t('erase.busy')}</Status>
      </p>
    )
  }
  if (done !== undefined && ordered !== undefined) {
    return <Done erase={erase} wanted={ordered} />
  }
  return (
    <>
      {error === null ? null : <ErrorNotice error={error} title={t('erase.notDone')} />}
      {step.at === 'closed' ? (
        <div className="btns">
          <Button className="btn" onPress={() => setStep({ at: 'form' })}>
            {t('erase.begin')}
          </Button>
        </div>
      ) : null}
      {step.at === 'form' ? (
        <EraseForm
          fields={fields}
          onContinue={(wanted) => setStep({ at: 'confirm', wanted })}
          onCancel={() => setStep({ at: 'closed' })}
        />
      ) : null}
      {step.at === 'confirm' ? (
        <EraseConfirm
          wanted={step.wanted}
          onConfirm={() => {
            setStep({ at: 'closed' })
            erase.order(step.wanted)
          }}
          onBack={() => setStep({ at: 'form' })}
        />
      ) : null}
    </>
  )
}

/** What became of it; the focus comes here, since the form is gone. */
function Done({ erase, wanted }: { erase: Erase; wanted: Wanted }) {
  const { t } = useTranslation()
  const line = useRef<HTMLDivElement>(null)
  useEffect(() => line.current?.focus(), [])
  const { done } = erase
  return (
    <div className="panel" tabIndex={-1} ref={line} role="status">
      <p>
        <Status state="ok">{t('erase.done', { field: wanted.field.name })}</Status>
      </p>
      <p>
        {t(done?.destroyedHere === true ? 'erase.doneHere' : 'erase.notYetHere')}{' '}
        {t(done?.snapshot === null ? 'erase.noWitnesses' : 'erase.waitsForWitnesses')}
      </p>
      <div className="btns">
        <Button className="btn" onPress={erase.reset}>
          {t('erase.again')}
        </Button>
      </div>
    </div>
  )
}
