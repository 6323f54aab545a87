import { useTranslation } from 'react-i18next'
import type { Source } from '../../api.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { DigestWords } from '../../parts/digest-words.tsx'
import { LabelText } from '../../parts/label-text.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Status } from '../../parts/status.tsx'
import { COMMIT_WORDS } from '../../words.ts'

/** Who set a value, when, on which node and in which commit. */
export function SourceFacts({ source, superseded }: { source: Source; superseded?: number }) {
  const { t } = useTranslation()
  return (
    <>
      <dl className="facts">
        <div>
          <dt>{t('source.who')}</dt>
          <dd>
            <LabelText labels={source.agency.name} />
            {source.office === null ? null : t('source.office', { office: source.office })}
          </dd>
        </div>
        <div>
          <dt>{t('source.when')}</dt>
          <dd>
            <Moment ms={source.atMs} />
          </dd>
        </div>
        <div>
          <dt>{t('source.node')}</dt>
          <dd>
            <LabelText labels={source.node} />
          </dd>
        </div>
        <div>
          <dt>{t('source.commit')}</dt>
          <dd>
            {t('source.number', { seq: source.seq })}{' '}
            <DigestWords value={source.commit} count={COMMIT_WORDS} />
          </dd>
        </div>
        <div className="all">
          <dt>{t('source.signature')}</dt>
          <dd>
            <Status state="ok">{t('source.valid', { roster: source.roster })}</Status>
          </dd>
        </div>
        {source.reason === null ? null : (
          <div className="all">
            <dt>{t('source.reason')}</dt>
            <dd>{source.reason}</dd>
          </div>
        )}
        {superseded === undefined ? null : (
          <div className="all">
            <dt>{t('source.before')}</dt>
            <dd>
              {superseded === 0 ? t('source.first') : t('source.superseded', { count: superseded })}
            </dd>
          </div>
        )}
      </dl>
      <div className="btns">
        <CopyButton value={source.commit} what={t('source.commitId')} isNamed />
      </div>
    </>
  )
}
