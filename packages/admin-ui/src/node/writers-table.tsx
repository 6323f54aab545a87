import { useTranslation } from 'react-i18next'
import type { Grant, Roster } from '../api.ts'
import { formatList } from '../format.ts'
import { useLanguage } from '../language.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { DigestWords } from '../parts/digest-words.tsx'
import { LabelText } from '../parts/label-text.tsx'
import { useRightWords } from '../parts/right-words.ts'
import { IDENTITY_WORDS } from '../words.ts'

/** Numbers from here on are given by orders of agencies. */
const ORDERED_FROM = 0x80000000

/** The keys that may write, for whom, and what. */
export function WritersTable({ roster }: { roster: Roster }) {
  const { t } = useTranslation()
  return (
    <>
      <h3 className="fields-title" id="roster-writers">
        {t('roster.writersTitle')}
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className="scroll" aria-labelledby="roster-writers" tabIndex={0}>
        <table className="table" data-density="compact">
          <thead>
            <tr>
              <th scope="col" data-pin="">
                {t('roster.writer')}
              </th>
              <th scope="col">{t('roster.mayDo')}</th>
              <th scope="col">{t('roster.key')}</th>
            </tr>
          </thead>
          <tbody>
            {roster.writers.map((writer) => (
              <WriterRow key={writer.client} writer={writer} roster={roster} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}

type Writer = Roster['writers'][number]

function WriterRow({ writer, roster }: { writer: Writer; roster: Roster }) {
  const { t } = useTranslation()
  const agency = roster.agencies.find((known) => known.id === writer.agency)
  const name = writer.office ?? agency?.name ?? t('roster.number', { number: writer.client })
  return (
    <tr>
      <th scope="row" data-pin="">
        <LabelText labels={name} />
        <span className="sub">
          {writer.office === null || agency === undefined ? (
            t('roster.headOffice')
          ) : (
            <LabelText labels={agency.name} />
          )}
        </span>
        {writer.client < ORDERED_FROM ? null : <span className="sub">{t('roster.byOrder')}</span>}
      </th>
      <td className="wrap">
        {writer.grants.length === 0 ? <span className="zero">{t('roster.mayNothing')}</span> : null}
        {writer.grants.map((grant) => (
          <GrantText
            key={`${grant.namespace} ${grant.from} ${grant.rights.join()}`}
            grant={grant}
            roster={roster}
          />
        ))}
      </td>
      <td>
        <DigestWords value={writer.key} count={IDENTITY_WORDS} />
        <span className="sub">
          <CopyButton value={writer.key} what={t('identity.fullKey')} isQuiet />
        </span>
      </td>
    </tr>
  )
}

function GrantText({ grant, roster }: { grant: Grant; roster: Roster }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const owner = roster.namespaces.find((namespace) => namespace.id === grant.namespace)?.agency
  const agency = roster.agencies.find((known) => known.id === owner)
  const rights = useRightWords()(grant.rights)
  return (
    <span className="part">
      {agency === undefined ? null : (
        <>
          <LabelText labels={agency.name} />
          {t('aside.colon')}
        </>
      )}
      {formatList(rights, language)}
      {grant.closed === null ? null : t('roster.closed')}
    </span>
  )
}
