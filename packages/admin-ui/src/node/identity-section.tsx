import { useTranslation } from 'react-i18next'
import type { Keeping, Status } from '../api.ts'
import { ownName } from '../labels.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { DigestWords } from '../parts/digest-words.tsx'
import { LabelText } from '../parts/label-text.tsx'
import { useKeptBy } from '../portal/record/not-held.tsx'
import { DIGEST_WORDS, IDENTITY_WORDS } from '../words.ts'

const ROLES = {
  coordinator: 'role.coordinator',
  agency: 'role.agency',
  office: 'role.office',
} as const

/** Who this node is: what a person reads out on the phone, and the full values to copy. */
export function IdentitySection({ status }: { status: Status }) {
  const { t } = useTranslation()
  const isPart = status.asOf.share.held !== null
  return (
    <section className="section" aria-labelledby="identity">
      <div className="section-head">
        <h2 id="identity">{t('identity.title')}</h2>
        <p>{t('identity.text')}</p>
      </div>
      <div className="panel">
        <dl className="facts facts-lined">
          <div>
            <dt>{t('identity.name')}</dt>
            <dd>
              <LabelText labels={ownName(status)} />
              {t('identity.role', { role: t(ROLES[status.node.role]) })}
            </dd>
          </div>
          {status.agency === null ? null : (
            <div>
              <dt>{t('agencies.agency')}</dt>
              <dd>
                <LabelText labels={status.agency.name} />
                {t('identity.code', { code: status.agency.code })}
              </dd>
            </div>
          )}
          <div>
            <dt>{t('identity.federation')}</dt>
            <dd>
              {status.federation.name}
              <br />
              <DigestWords
                value={status.federation.id}
                count={IDENTITY_WORDS}
                copyAs={t('identity.fullFederation')}
              />
            </dd>
          </div>
          <div>
            <dt>{t('identity.key')}</dt>
            <dd>
              <DigestWords
                value={status.writer.key}
                count={IDENTITY_WORDS}
                copyAs={t('identity.fullKey')}
              />
              <br />
              <span className="hint">{t('identity.keyHint')}</span>
            </dd>
          </div>
          <div>
            <dt>{t('identity.peer')}</dt>
            <dd>
              <CopyButton value={status.writer.peer} what={t('identity.fullPeer')} isNamed />
            </dd>
          </div>
          <div>
            <dt>{t(isPart ? 'agree.cataloguePart' : 'agree.catalogue')}</dt>
            <dd>
              <DigestWords
                value={status.catalogue.digest}
                count={DIGEST_WORDS}
                copyAs={t('agree.fullFingerprint')}
              />
            </dd>
          </div>
          <div>
            <dt>{t('identity.keeps')}</dt>
            <dd>
              <KeepsText keeping={status.keeping} isPart={isPart} />
            </dd>
          </div>
          <div>
            <dt>{t('identity.version')}</dt>
            <dd>
              {t('identity.software', { software: status.software })}
              {t('identity.profile', {
                profile: status.profile.id,
                version: status.profile.version,
              })}
            </dd>
          </div>
        </dl>
      </div>
    </section>
  )
}

/** What of superseded values is kept here, what is still to come, and where the rest is. */
function KeepsText({ keeping, isPart }: { keeping: Keeping; isPart: boolean }) {
  const { t } = useTranslation()
  const keptBy = useKeptBy(keeping.archives)
  const { keeps, lackingRecords, lackedPositions } = keeping
  if (lackingRecords > 0) return t('identity.lacking', { count: lackingRecords })
  if (keeps === 'live') return `${t('identity.keepsLive')} ${keptBy}`
  return lackedPositions === 0
    ? t(isPart ? 'identity.keepsAllPart' : 'identity.keepsAll')
    : t('identity.keepsAllSoon', { count: lackedPositions })
}
