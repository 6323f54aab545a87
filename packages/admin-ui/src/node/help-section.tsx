import { useTranslation } from 'react-i18next'

const COMMANDS = [
  { command: 'mulu status', key: 'help.status' },
  { command: 'mulu import', key: 'help.import' },
  { command: 'mulu verify', key: 'help.verify' },
  { command: 'mulu export', key: 'help.export' },
  { command: 'mulu admit', key: 'help.admit' },
] as const

/** What is done at the machine itself, and with which command. */
export function HelpSection() {
  const { t } = useTranslation()
  return (
    <section className="section" aria-labelledby="help">
      <div className="section-head">
        <h2 id="help">{t('help.title')}</h2>
        <p>{t('help.text')}</p>
      </div>
      <div className="panel">
        <dl className="facts facts-lined">
          {COMMANDS.map(({ command, key }) => (
            <div key={command}>
              <dt className="code">{command}</dt>
              <dd>{t(key)}</dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  )
}
