/** English for the page of bundles. */
export const enBundle = {
  'bundle.title': 'Exchange by USB stick',
  'bundle.text':
    'Nodes without a network carry bundles to each other. Everything in a bundle is signed: damage is noticed, taking it in twice does no harm, any order will do.',
  'bundle.who': 'Sending and taking in need the access key of this node.',
  'bundle.whoText':
    'Whoever runs this node has it. Enter it below; it stays in this tab. Nothing is sent before that.',
  'bundleError.busy':
    'Another bundle is being taken in on this node, perhaps from another tab. Try again when it has ended.',
  'bundleError.disk':
    'The disk of this node is full or failing. What was taken in before that stays. Make room, then take the file in again; it goes on from here.',
  'bundleError.federation':
    'The file is of another federation, so nothing of it was taken in. Look for the right stick.',
  'bundleError.gone':
    'The file can no longer be read: the stick was pulled, or the file has changed. What was taken in before stays. Plug it in and choose the file again; it goes on from there.',
  'bundleError.key':
    'The file is encrypted to another node, or to the key that this node had before. Nothing of it was taken in. Take it to the node it was made for, or ask its sender for a new one.',
  'bundleError.large':
    'The file is larger than something between this page and the node lets pass. Open this page at the machine of the node itself, without a proxy.',
  'bundleError.locked': 'The file is encrypted with a passphrase. Its sender knows it.',
  'bundleError.passphrase':
    'This passphrase does not open the file. Nothing of it was taken in; capital letters and blanks count.',
  'bundleError.receiver':
    'Nothing can be written for this node: it is no longer in the roster, or its key cannot be encrypted to. Choose another one, or a passphrase.',
  'bundleError.shape':
    'The file is not a bundle, so nothing of it was taken in. A bundle has a name that ends in “.bundle”; look for it on the stick.',
  'bundleError.stopped':
    'Stopped. What was taken in before that stays; it goes on from there when the file is taken in again.',
  'bundleError.unreached':
    'The node stopped answering while the file was sent. What it had taken in before stays; it goes on from there when you try again.',
  'send.all': 'Everything, also what it already had',
  'send.allHint': 'Only for a node that was set up anew. A lost stick does not need this.',
  'send.another': 'Write another file',
  'send.back': 'Back',
  'send.carry': 'Carry it to {{name}}',
  'send.carryHint':
    'There, open this page and choose the file under “Take in”. If the stick gets lost, nothing is lost: the next file for that node holds the same again.',
  'send.choose': 'Choose a node',
  'send.commits_one': '{{count}} commit',
  'send.commits_other': '{{count}} commits',
  'send.everybody': 'every member',
  'send.go': 'Make the file',
  'send.handedOver': 'handed to the browser',
  'send.holdsAll': '{{name}}. It has not told yet what it has, so the file holds all it may know.',
  'send.holdsShared': '{{name}}. The file holds what every member may know.',
  'send.holdsSince': '{{name}}. The file holds only what it lacked on {{date}}.',
  'send.isKey': 'Only {{name}} can open it.',
  'send.isOpen': 'It is not encrypted.',
  'send.isPassphrase': 'It opens with the passphrase.',
  'send.key': 'Only {{name}}',
  'send.keyHint':
    'Encrypted with the key of that node. Whoever finds the stick reads nothing of it.',
  'send.nobody':
    'The roster that is here names no other node, so there is nobody to write a file for. A file from a member brings the newest roster.',
  'send.notDone': 'No file was made',
  'send.nothingLacking':
    'As far as is known it lacks nothing. The file only tells what this node has.',
  'send.open': 'Anybody who has the file',
  'send.openAllHint': 'Not encrypted. It holds only what every member of the federation may know.',
  'send.openHint': 'Not encrypted. What only that node may know is readable for the finder.',
  'send.passphrase': 'Whoever knows a passphrase',
  'send.passphraseHint': 'For the case that the other node cannot open it with its key.',
  'send.passphraseLabel': 'Passphrase',
  'send.passphraseMissing': 'Enter a passphrase.',
  'send.passphraseOnlyHint': 'The key of that node is of a kind that no file can be encrypted to.',
  'send.passphraseWrite':
    'Several words. Tell it to the receiver by phone, never on the stick. Without it nobody opens the file.',
  'send.preparing': 'Making it ready…',
  'send.protection': 'Who can open the file',
  'send.returnTrip':
    'The file also tells, signed, what this node has. So bring the stick back: what {{name}} writes on it as an answer holds only what is missing here.',
  'send.save': 'Save the file',
  'send.saveHint':
    'Straight to the stick, or to a folder and from there to the stick. It can be saved once, within ten minutes; making it again takes a moment.',
  'send.saveIt': 'Save the file',
  'send.savedHint':
    'Wait until the browser says that the download is complete, then eject the stick before you pull it.',
  'send.stepDone': 'done',
  'send.title': 'Send',
  'send.to': 'For whom',
  'send.toMissing': 'Choose for whom the file is.',
  'take.choose': 'Choose files',
  'take.drop': 'Drop bundles here, or choose them on the stick.',
  'take.goOn': 'Go on',
  'take.inTurn': 'in turn',
  'take.notDone': 'Not taken in',
  'take.notWhole': 'Not taken in to the end',
  'take.open': 'Open and take in',
  'take.progress': '{{done}} of {{total}}',
  'take.running': 'checking signatures and writing',
  'take.safe':
    'Pulling the stick now does no harm: what is written stays, the rest follows next time.',
  'take.stop': 'Stop',
  'take.storing': 'All sent; the node writes the rest.',
  'take.text':
    'Several at once, in any order, also one that was cut short or taken in before: only what is missing goes in.',
  'take.title': 'Take in',
  'taken.answer': 'Write the answer for',
  'taken.code.fork_one':
    '{{count}} commit counts for nothing: its writer signed two at one position.',
  'taken.code.fork_other':
    '{{count}} commits count for nothing: their writer signed two at one position.',
  'taken.code.grant_one':
    '{{count}} commit is not for this node, or its writer had no right to write there.',
  'taken.code.grant_other':
    '{{count}} commits are not for this node, or their writer had no right to write there.',
  'taken.code.notAdmitted_one':
    '{{count}} commit was left out: this node is not in the roster yet. Once it is, take the file in again.',
  'taken.code.notAdmitted_other':
    '{{count}} commits were left out: this node is not in the roster yet. Once it is, take the file in again.',
  'taken.code.other_one': '{{count}} commit counts for nothing. Tell its sender the code:',
  'taken.code.other_other': '{{count}} commits count for nothing. Tell their sender the code:',
  'taken.code.revoked_one':
    '{{count}} commit counts for nothing: its writer was revoked before it.',
  'taken.code.revoked_other':
    '{{count}} commits count for nothing: their writer was revoked before them.',
  'taken.code.right_one':
    '{{count}} commit sets what its writer may not set, and counts for nothing.',
  'taken.code.right_other':
    '{{count}} commits set what their writer may not set, and count for nothing.',
  'taken.code.signature_one':
    '{{count}} commit is signed by nobody of the roster. Ask the sender where it comes from.',
  'taken.code.signature_other':
    '{{count}} commits are signed by nobody of the roster. Ask the sender where they come from.',
  'taken.cut':
    'The file ends early: the stick was pulled too soon, or copying was broken off. What was whole is in. Copy it anew and take it in again; it goes on from here.',
  'taken.damaged_one':
    '{{count}} part of the file is damaged and was left out. Take in another copy, or ask the sender for a new file.',
  'taken.damaged_other':
    '{{count}} parts of the file are damaged and were left out. Take in another copy, or ask the sender for a new file.',
  'taken.notHeld_one':
    'The sender no longer held {{count}} superseded value; what counts now is all there.',
  'taken.notHeld_other':
    'The sender no longer held {{count}} superseded values; what counts now is all there.',
  'taken.erased_one': '{{count}} value was left out that a lawful order has erased.',
  'taken.erased_other': '{{count}} values were left out that lawful orders have erased.',
  'taken.forOther': 'It was written for',
  'taken.from': 'From',
  'taken.fromUnknown': 'From a node that the roster does not name',
  'taken.known': 'Known',
  'taken.look': 'See how the nodes stand',
  'taken.new': 'New',
  'taken.nothingNew': 'All read; there was nothing new in it',
  'taken.orders_one': '{{count}} new order of an agency about its own nodes came with it.',
  'taken.orders_other': '{{count}} new orders of agencies about their own nodes came with it.',
  'taken.part': 'Taken in only in part',
  'taken.postponed_one':
    '{{count}} commit was not taken yet, since too many wait already. Take in earlier bundles, then this one again.',
  'taken.postponed_other':
    '{{count}} commits were not taken yet, since too many wait already. Take in earlier bundles, then this one again.',
  'taken.refused': 'Refused',
  'taken.rosters_one': '{{count}} new version of the roster came with it.',
  'taken.rosters_other': '{{count}} new versions of the roster came with it.',
  'taken.someRefused': 'Read to the end; something in it was refused',
  'taken.someWait': 'Read to the end; something in it waits',
  'taken.wait': 'Waiting',
  'taken.waiting_one':
    '{{count}} commit waits for a forerunner that another bundle or the network brings. It goes in by itself then.',
  'taken.waiting_other':
    '{{count}} commits wait for a forerunner that another bundle or the network brings. They go in by themselves then.',
  'taken.whole': 'All taken in',
} as const
