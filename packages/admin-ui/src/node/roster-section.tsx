import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Labels, Roster, Status } from '../api.ts'
import { DigestWords } from '../parts/digest-words.tsx'
import { ErrorNotice } from '../parts/error-notice.tsx'
import { LabelText } from '../parts/label-text.tsx'
import { Moment } from '../parts/moment.tsx'
import { rosterQuery } from '../queries.ts'
import { DIGEST_WORDS } from '../words.ts'
import { useChangesText } from './roster-changes.ts'
import { WritersTable } from './writers-table.tsx'

/** Who is in the federation, and how that came about. */
export function RosterSection({ status }: { status: Status }) {
  const { t } = useTranslation()
  const { version } = status.roster
  const roster = useQuery(rosterQuery(version, status.orders.digest))
  return (
    <section className="section" aria-labelledby="roster">
      <div className="section-head">
        <h2 id="roster">{t('roster.title', { version })}</h2>
        <p>{t('roster.text')}</p>
      </div>
      {roster.isError ? (
        <ErrorNotice
          error={roster.error}
          title={t('roster.notRead')}
          onRetry={() => void roster.refetch()}
        />
      ) : null}
      {version === 0 ? <p className="empty">{t('roster.none')}</p> : null}
      {roster.data === undefined || version === 0 ? null : (
        <>
          <Facts roster={roster.data} />
          <AgencyList roster={roster.data} />
          <WritersTable roster={roster.data} />
          <Versions roster={roster.data} />
        </>
      )}
    </section>
  )
}

function Facts({ roster }: { roster: Roster }) {
  const { t } = useTranslation()
  const { threshold, keys } = roster.roots
  const witnesses = roster.writers.filter(({ client }) => roster.witnesses.writers.includes(client))
  return (
    <div className="panel">
      <dl className="facts facts-lined">
        <div>
          <dt>{t('agree.fingerprint')}</dt>
          <dd>
            <DigestWords value={roster.hash} count={DIGEST_WORDS} copyAs={t('roster.fullHash')} />
          </dd>
        </div>
        <div>
          <dt>{t('roster.roots')}</dt>
          <dd>
            {t('roster.threshold', { threshold, count: keys.length })}
            <ul className="plain-list">
              {keys.map((key) => (
                <li key={key}>
                  <DigestWords value={key} count={DIGEST_WORDS} copyAs={t('identity.fullKey')} />
                </li>
              ))}
            </ul>
          </dd>
        </div>
        {witnesses.length === 0 ? null : (
          <div>
            <dt>{t('roster.witnesses')}</dt>
            <dd>
              {t('roster.witnessesAgree', {
                threshold: roster.witnesses.threshold,
                count: witnesses.length,
              })}
              <ul className="plain-list">
                {witnesses.map((writer) => (
                  <li key={writer.client}>
                    <LabelText labels={nameOf(writer, roster)} />
                  </li>
                ))}
              </ul>
            </dd>
          </div>
        )}
      </dl>
    </div>
  )
}

function nameOf(writer: Roster['writers'][number], roster: Roster): Labels | string {
  const agency = roster.agencies.find((known) => known.id === writer.agency)
  return writer.office ?? agency?.name ?? String(writer.client)
}

function AgencyList({ roster }: { roster: Roster }) {
  const { t } = useTranslation()
  return (
    <>
      <h3 className="fields-title" id="roster-agencies">
        {t('agencies.title')}
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className="scroll" aria-labelledby="roster-agencies" tabIndex={0}>
        <table className="table" data-density="compact">
          <thead>
            <tr>
              <th scope="col" data-pin="">
                {t('agencies.agency')}
              </th>
              <th scope="col">{t('roster.code')}</th>
              <th scope="col" className="num">
                {t('roster.namespaces')}
              </th>
              <th scope="col" className="num">
                {t('roster.writers')}
              </th>
            </tr>
          </thead>
          <tbody>
            {roster.agencies.map((agency) => (
              <tr key={agency.id}>
                <th scope="row" data-pin="">
                  <LabelText labels={agency.name} />
                  {agency.retired === null ? null : (
                    <span className="sub">
                      {t('roster.retired', { version: agency.retired.version })}
                    </span>
                  )}
                  {agency.admin === null ? null : (
                    <span className="sub">{t('roster.admitsItself')}</span>
                  )}
                </th>
                <td className="num-text">{agency.code}</td>
                <td className="num">
                  {roster.namespaces.filter((namespace) => namespace.agency === agency.id).length}
                </td>
                <td className="num">
                  {roster.writers.filter((writer) => writer.agency === agency.id).length}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}

function Versions({ roster }: { roster: Roster }) {
  const { t } = useTranslation()
  const changesText = useChangesText(roster)
  const versions = roster.history.toSorted((left, right) => right.version - left.version)
  return (
    <>
      <h3 className="fields-title" id="roster-versions">
        {t('roster.versions')}
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className="scroll" aria-labelledby="roster-versions" tabIndex={0}>
        <table className="table" data-density="compact">
          <thead>
            <tr>
              <th scope="col" className="num">
                {t('roster.version')}
              </th>
              <th scope="col">{t('roster.signed')}</th>
              <th scope="col" className="num">
                {t('roster.signatures')}
              </th>
              <th scope="col">{t('roster.changes')}</th>
            </tr>
          </thead>
          <tbody>
            {versions.map((version) => (
              <tr key={version.version}>
                <th scope="row" className="num">
                  {version.version}
                </th>
                <td>
                  <Moment ms={version.stampMs} />
                </td>
                <td className="num">{version.signatures}</td>
                <td className="wrap">{changesText(version.changes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}
