/**
 * A player's code in the dialect that ytdl-core knows how to read: `Dec` turns a cipher into a signature, `Enc` turns the `n` of
 * an address into the one for which media is given out.
 */
export const PLAYER_CODE = `var _yt_player={};(function(g){
var Hlp={rv:function(a){a.reverse()},dr:function(a,b){a.splice(0,b)}};
Dec=function(a){a=a.split("");Hlp.rv(a,1);Hlp.dr(a,2);return a.join("")};
Enc=function(a){return a.split("").reverse().join("")+"z"};
g.xy=function(a,b,c){a.set("alr","yes");c&&(c=Dec(decodeURIComponent(c)),a.set("sig",c));return a};
g.zz=function(a,b){a.D&&(b=a.get("n"))&&(b=Enc(b),a.set("n",b));return a};
})(_yt_player);`;

const reversed = (text: string): string => Array.from(text).toReversed().join('');

/** What the player code makes a signature of. */
export const cipherOf = (signature: string): string => reversed(`xx${signature}`);

/** What the player code makes of an `n`. */
export const transformed = (n: string): string => `${reversed(n)}z`;
