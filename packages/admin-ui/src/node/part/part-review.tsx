import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '../../format.ts'
import { useLanguage } from '../../language.ts'
import type { PartChange } from './part.ts'

type Props = {
  readonly change: PartChange
  readonly onHold: () => void
  readonly onBack: () => void
}

/** What a choice would change, before anything is. */
export function PartReview({ change, onHold, onBack }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const { agencies, comes, goes, archived } = change
  const amount = ({ records, bytes }: PartChange['comes']): string =>
    t('part.amount', { count: records, size: formatBytes(bytes, language) })
  return (
    <>
      <h3>{t('part.review')}</h3>
      <dl className="facts facts-lined section-table">
        <div>
          <dt>{t('held.agencies')}</dt>
          <dd>{t('held.count', { agencies: agencies.agencies, of: agencies.of })}</dd>
        </div>
        <div>
          <dt>{t('part.comes')}</dt>
          <dd>
            {amount(comes)}
            <br />
            <span className="hint">{t('part.comesHint')}</span>
          </dd>
        </div>
        <div>
          <dt>{t('part.goes')}</dt>
          <dd>
            {amount(goes)}
            {goes.bytes > archived.bytes ? (
              <>
                <br />
                <span className="hint">{t('part.goesHint')}</span>
              </>
            ) : null}
          </dd>
        </div>
      </dl>
      <div className="btns section-table">
        <Button className="btn btn-primary" onPress={onHold}>
          {t('part.hold')}
        </Button>
        <Button className="btn" onPress={onBack}>
          {t('part.back')}
        </Button>
      </div>
    </>
  )
}
