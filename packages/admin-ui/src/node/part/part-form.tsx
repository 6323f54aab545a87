import { useQuery } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { ErrorNotice } from '../../parts/error-notice.tsx'
import { Option } from '../../parts/option.tsx'
import { agenciesQuery } from '../../queries.ts'
import { AgencyChoice } from './agency-choice.tsx'
import { isSamePart, type Part } from './part.ts'
import { RegionChoice } from './region-choice.tsx'

type Props = {
  readonly now: Part
  readonly part: Part
  readonly own: number | undefined
  readonly isBusy: boolean
  readonly onChange: (part: Part) => void
  readonly onCount: (part: Part) => void
  readonly onCancel: () => void
}

/** Everything or a part, and which; nothing is changed by it. */
export function PartForm({ now, part, own, isBusy, onChange, onCount, onCancel }: Props) {
  const { t } = useTranslation()
  const agencies = useQuery(agenciesQuery)
  const isSame = isSamePart(now, part)

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (!isSame && !isBusy) onCount(part)
  }

  return (
    <form onSubmit={submit} noValidate>
      <fieldset className="field options">
        <legend className="label">{t('part.what')}</legend>
        <Option
          type="radio"
          name="part"
          isChosen={part.isAll}
          label={t('part.everything')}
          hint={t('part.everythingHint')}
          onChoose={() => onChange({ ...part, isAll: true })}
        />
        <Option
          type="radio"
          name="part"
          isChosen={!part.isAll}
          label={t('part.some')}
          hint={t('part.someHint')}
          onChoose={() => onChange({ ...part, isAll: false })}
        />
      </fieldset>
      {part.isAll ? null : agencies.data === undefined ? (
        agencies.isError ? (
          <ErrorNotice
            error={agencies.error}
            title={t('part.notRead')}
            onRetry={() => void agencies.refetch()}
          />
        ) : (
          <p className="hint">{t('nodePage.reading')}</p>
        )
      ) : (
        <>
          <RegionChoice agencies={agencies.data.items} part={part} onChange={onChange} />
          <AgencyChoice agencies={agencies.data.items} part={part} own={own} onChange={onChange} />
        </>
      )}
      <div className="btns section-table">
        <Button className="btn btn-primary" type="submit" isDisabled={isSame || isBusy}>
          {t(isBusy ? 'part.counting' : 'part.count')}
        </Button>
        <Button className="btn" onPress={onCancel}>
          {t('part.cancel')}
        </Button>
        {isSame ? <span className="hint">{t('part.same')}</span> : null}
      </div>
    </form>
  )
}
