/** Every shape on the pages, drawn once; parts refer to them by name. */
export function Sprite() {
  return (
    <svg className="sprite" aria-hidden="true">
      <symbol id="i-mu" viewBox="0 0 20 20">
        <path
          fill="currentColor"
          fillRule="evenodd"
          d="M3.5 1h13A1.5 1.5 0 0 1 18 2.5v15a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 2 17.5v-15A1.5 1.5 0 0 1 3.5 1zM4.2 3.2v3.4h11.6V3.2zm0 5.1v3.4h11.6V8.3zm0 5.1v3.4h11.6v-3.4z"
        />
      </symbol>
      <symbol id="i-copy" viewBox="0 0 20 20">
        <rect
          x="7"
          y="7"
          width="10"
          height="10"
          rx="1.5"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
        <path
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinecap="round"
          strokeLinejoin="round"
          d="M13 7V4.5A1.5 1.5 0 0 0 11.5 3h-7A1.5 1.5 0 0 0 3 4.5v7A1.5 1.5 0 0 0 4.5 13H7"
        />
      </symbol>
      <symbol id="i-down" viewBox="0 0 20 20">
        <path
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinecap="round"
          strokeLinejoin="round"
          d="m5 7.5 5 5 5-5"
        />
      </symbol>
      <symbol id="i-ext" viewBox="0 0 20 20">
        <path
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinecap="round"
          strokeLinejoin="round"
          d="M8 4H4.5A1.5 1.5 0 0 0 3 5.5v10A1.5 1.5 0 0 0 4.5 17h10a1.5 1.5 0 0 0 1.5-1.5V12M11.5 3H17v5.5M17 3l-8 8"
        />
      </symbol>
      <symbol id="i-filter" viewBox="0 0 20 20">
        <path
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinecap="round"
          strokeLinejoin="round"
          d="M3 5h14M5.5 10h9M8.5 15h3"
        />
      </symbol>
      <symbol id="i-search" viewBox="0 0 20 20">
        <circle
          cx="8.7"
          cy="8.7"
          r="5.7"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
        <path
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinecap="round"
          strokeLinejoin="round"
          d="m13 13 4.5 4.5"
        />
      </symbol>
      <symbol id="i-x" viewBox="0 0 20 20">
        <path
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinecap="round"
          strokeLinejoin="round"
          d="m5.5 5.5 9 9m0-9-9 9"
        />
      </symbol>
      <symbol id="i-hist" viewBox="0 0 20 20">
        <path
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinecap="round"
          strokeLinejoin="round"
          d="M3 4v4h4M3.3 8A7.2 7.2 0 1 1 3 11.5M10 6v4.3l3 1.7"
        />
      </symbol>
      <symbol id="s-bad" viewBox="0 0 20 20">
        <path fill="currentColor" d="M6.5 1.5h7l5 5v7l-5 5h-7l-5-5v-7z" />
        <path
          fill="none"
          stroke="var(--cut, var(--surface))"
          strokeWidth="1.9"
          strokeLinecap="round"
          strokeLinejoin="round"
          d="m7 7 6 6m0-6-6 6"
        />
      </symbol>
      <symbol id="s-info" viewBox="0 0 20 20">
        <rect x="1.8" y="1.8" width="16.4" height="16.4" rx="2" fill="currentColor" />
        <path
          fill="none"
          stroke="var(--cut, var(--surface))"
          strokeWidth="1.9"
          strokeLinecap="round"
          strokeLinejoin="round"
          d="M10 9.2v5M10 6v.1"
        />
      </symbol>
      <symbol id="s-lock" viewBox="0 0 20 20">
        <path
          fill="currentColor"
          d="M6 8.5V6.2a4 4 0 0 1 8 0v2.3h1.2c.7 0 1.3.6 1.3 1.3v7.4c0 .7-.6 1.3-1.3 1.3H4.8c-.7 0-1.3-.6-1.3-1.3V9.8c0-.7.6-1.3 1.3-1.3zm2 0h4V6.2a2 2 0 0 0-4 0z"
        />
      </symbol>
      <symbol id="s-off" viewBox="0 0 20 20">
        <circle
          cx="10"
          cy="10"
          r="7.6"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.8"
          strokeDasharray="3.2 2.2"
        />
        <path
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinecap="round"
          strokeLinejoin="round"
          d="m4.9 15.1 10.2-10.2"
        />
      </symbol>
      <symbol id="s-ok" viewBox="0 0 20 20">
        <circle cx="10" cy="10" r="8.5" fill="currentColor" />
        <path
          fill="none"
          stroke="var(--cut, var(--surface))"
          strokeWidth="1.9"
          strokeLinecap="round"
          strokeLinejoin="round"
          d="m6 10.3 2.8 2.8L14.2 7.4"
        />
      </symbol>
      <symbol id="s-split" viewBox="0 0 20 20">
        <path fill="currentColor" d="M10 .9 19.1 10 10 19.1.9 10z" />
        <path
          fill="none"
          stroke="var(--cut, var(--surface))"
          strokeWidth="1.9"
          strokeLinecap="round"
          strokeLinejoin="round"
          d="M6.6 8.2h6.8M6.6 11.8h6.8M11.9 5.8 8.1 14.2"
        />
      </symbol>
      <symbol id="s-wait" viewBox="0 0 20 20">
        <circle cx="10" cy="10" r="7.6" fill="none" stroke="currentColor" strokeWidth="1.8" />
        <path fill="currentColor" d="M10 2.4a7.6 7.6 0 0 1 0 15.2z" />
      </symbol>
      <symbol id="s-warn" viewBox="0 0 20 20">
        <path
          fill="currentColor"
          d="M10 1.4a1 1 0 0 1 .87.5l8 14.2a1 1 0 0 1-.87 1.5H2a1 1 0 0 1-.87-1.5l8-14.2a1 1 0 0 1 .87-.5z"
        />
        <path
          fill="none"
          stroke="var(--cut, var(--surface))"
          strokeWidth="1.9"
          strokeLinecap="round"
          strokeLinejoin="round"
          d="M10 7v4.6M10 14.7v.1"
        />
      </symbol>
    </svg>
  )
}
