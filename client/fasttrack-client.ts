// What a page imports from /assets/fasttrack-client.js.
export { connect } from './connect.ts';
export { createWebSocket } from './create-web-socket.ts';
