/** Portuguese is what index.html says; English replaces it where the browser prefers English. */
export const language = navigator.language.toLowerCase().startsWith('en') ? 'en' : 'pt';
export const locale = language === 'en' ? navigator.language : 'pt-BR';

const page = {
  skip: 'Skip to the downloads',
  connecting: 'Connecting…',
  headline_paste: 'Paste an address.',
  headline_watch: 'Watch the download happen.',
  url_label: 'Address of the video or audio',
  submit: 'Download',
  token_label: "This server's access token",
  url_hint: 'An http or https link straight to the file: mp4, webm, mp3, m4a and others.',
  loading: 'Loading…',
  about_heading: 'What exists now',
  about_now:
    'Downloads of direct links, stored and offered by a temporary link, with live progress by WebSocket and by Server-Sent Events.',
  about_later:
    'Not yet: YouTube, pause and resume, queue and statistics, calendars of events. This page is simple on purpose, until the dashboard exists.',
  docs: 'API documentation',
  confirm_question: 'Delete this download?',
  keep: 'Keep',
  delete: 'Delete',
  file: 'Get the file',
};

const texts = {
  pt: {
    status: {
      pending: 'Na fila',
      downloading: 'Baixando',
      paused: 'Pausado',
      completed: 'Concluído',
      failed: 'Falhou',
      cancelled: 'Cancelado',
    },
    phase: { resolving: 'consultando a origem', downloading: 'transferindo', storing: 'guardando o arquivo' },
    sizeOf: (done, total) => `${done} de ${total}`,
    sizeUnknown: (done) => `${done}, tamanho total desconhecido`,
    left: (time) => `faltam ${time}`,
    progressOf: (title) => `Progresso de ${title}`,
    fileOf: (title) => `Baixar arquivo: ${title}`,
    deletionOf: (title) => `Apagar: ${title}`,
    losesFile: 'O arquivo guardado também será apagado.',
    stops: 'A transferência será interrompida.',
    total: (count) => `${count} no total`,
    newest: (count) => `os ${count} mais recentes`,
    running: (count) => ` · ${count} em andamento`,
    empty: 'Nada por aqui ainda. Cole um endereço acima para começar.',
    emptyUrl: 'Cole aqui o endereço do arquivo.',
    unreachable: 'O servidor não responde. Confira a rede e tente de novo.',
    unexpected: (status) => `O servidor respondeu ${status}. Tente de novo em instantes.`,
    notDeleted: (reason) => `Não foi apagado. ${reason}`,
    deleted: (title) => `Apagado: ${title}`,
    connection: {
      connecting: 'Conectando…',
      idle: 'Conectado',
      live: 'Ao vivo',
      partly: (live, wanted) => `Reconectando: ${live} de ${wanted} ao vivo`,
      away: 'Sem contato com o servidor',
    },
  },
  en: {
    status: {
      pending: 'Queued',
      downloading: 'Downloading',
      paused: 'Paused',
      completed: 'Completed',
      failed: 'Failed',
      cancelled: 'Cancelled',
    },
    phase: { resolving: 'asking the source', downloading: 'transferring', storing: 'storing the file' },
    sizeOf: (done, total) => `${done} of ${total}`,
    sizeUnknown: (done) => `${done}, total size unknown`,
    left: (time) => `${time} left`,
    progressOf: (title) => `Progress of ${title}`,
    fileOf: (title) => `Get the file: ${title}`,
    deletionOf: (title) => `Delete: ${title}`,
    losesFile: 'The stored file will be deleted too.',
    stops: 'The transfer will be stopped.',
    total: (count) => `${count} in all`,
    newest: (count) => `the newest ${count}`,
    running: (count) => ` · ${count} under way`,
    empty: 'Nothing here yet. Paste an address above to begin.',
    emptyUrl: "Paste the file's address here.",
    unreachable: 'The server does not answer. Check the network and try again.',
    unexpected: (status) => `The server answered ${status}. Try again shortly.`,
    notDeleted: (reason) => `Not deleted. ${reason}`,
    deleted: (title) => `Deleted: ${title}`,
    connection: {
      connecting: 'Connecting…',
      idle: 'Connected',
      live: 'Live',
      partly: (live, wanted) => `Reconnecting: ${live} of ${wanted} live`,
      away: 'No contact with the server',
    },
  },
};

/** Everything the page says while it runs. */
export const text = texts[language];

/** Puts the page's fixed texts into the reader's language. */
export function translate(root) {
  if (language === 'pt') return;
  for (const element of root.querySelectorAll('[data-text]')) element.textContent = page[element.dataset.text];
}
