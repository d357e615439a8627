import { observable } from '../live/observable.ts';

const KEY = 'fasttrack-token';

/** What a deployment with an access token asks of writers; forgotten when the tab is closed. */
export const accessToken = observable(sessionStorage.getItem(KEY) ?? '');
accessToken.subscribe(() => sessionStorage.setItem(KEY, accessToken.get()));

/** Whether a write was refused for want of the token, so that it is to be asked for. */
export const tokenWanted = observable(false);
