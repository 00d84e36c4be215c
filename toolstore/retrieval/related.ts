/**
 * Related words: "flight" in a request, "airline" in a tool. A small hand-made list for everyday topics
 * and programming; the words of a line can replace each other. It helps if there is no embedder.
 */
import { stem } from "../../src/core/text/stem.ts";

const GROUPS = `
flight airline airport airplane aircraft fly plane aviation
travel trip journey tour tourism vacation holiday itinerary destination visit
hotel accommodation lodging hostel stay resort
reserve reservation booking ticket
train railway rail subway metro transit bus
car vehicle automobile auto drive driving motor
route direction navigation navigate map path
location place address position coordinate gps latitude longitude geographic geolocation
city town country region area local nearby
weather forecast temperature rain climate meteorological humidity snow wind
environment climate carbon emission pollution sustainable
stock share equity ticker market invest investment portfolio trading trade
money finance financial budget bank banking cash fund
crypto cryptocurrency bitcoin blockchain ethereum token wallet nft defi
currency exchange dollar euro forex
tax income salary wage revenue profit earning
loan mortgage credit debt interest
insurance policy claim coverage
price cost fee expense charge rate fare
buy purchase shop shopping order store retail cart checkout
product item goods merchandise catalog brand
discount coupon deal sale promo offer bargain
gift present
clothes clothing fashion wear outfit dress apparel
beauty makeup cosmetic skin hair
company business firm enterprise corporation organization startup
customer client consumer buyer
job career employment work hire recruit vacancy hiring position
resume cv interview candidate applicant
employee staff personnel worker team hr
house home property apartment real estate rent housing tenant
movie film cinema tv show series watch episode
music song artist album track playlist lyrics singer band
video youtube clip stream footage
celebrity actor star famous
image picture photo photograph graphic illustration drawing art visual
logo icon design designer banner
color colour rgb palette
game gaming play player puzzle
sport football soccer basketball match league athlete nba
chess board
book novel literature author reading
story tale narrative fiction character
poem poetry poet verse rhyme
quote quotation saying inspirational
joke humor funny comedy
news article headline press journalism media
politics political government election vote policy
paper research academic scholarly publication journal study scientific arxiv
science scientific physics chemistry biology
space astronomy planet star nasa satellite
food meal dish cuisine eat dinner lunch
recipe cook cooking ingredient bake
restaurant cafe dining diner
drink wine beer cocktail beverage coffee tea
diet nutrition calorie healthy
exercise workout fitness gym training
health medical doctor medicine patient hospital clinic physician healthcare
disease illness symptom diagnosis condition
drug medication pharmaceutical prescription pill
mental psychology emotion mood therapy anxiety stress
law legal lawyer attorney court regulation contract
crime criminal police forensic
education school university college student academic
learn lesson course tutor tutorial teach teacher class training
exam quiz test question
child kid children family parent baby
pet dog cat animal
plant garden flower tree crop agriculture farm
language english spanish french german chinese foreign
translate translation translator multilingual
dictionary definition meaning vocabulary word synonym
grammar spelling proofread writing
write compose draft author
essay blog article post content
summary summarize digest abstract condense shorten brief overview
rewrite paraphrase rephrase
website site web page url link domain
browse browser crawl scrape internet
keyword seo ranking
lookup query search
social twitter facebook instagram tweet post
email mail inbox message
message chat sms text conversation
phone telephone mobile call sms
audio sound voice speech podcast listen
speech speak voice talk
transcribe transcript subtitle caption
calendar schedule meeting appointment event agenda
date day month year weekday calendar
time clock hour minute second timezone duration
reminder alarm notification alert notify
task todo project plan productivity
note memo document
file document folder directory upload download
pdf document doc
table spreadsheet excel csv sheet row column
presentation slide powerpoint
chart graph diagram visualization visualize
database sql query record table
code program software programming developer script
bug error debug fault exception issue
verify validate check assert
repository github git commit
api endpoint service request http rest
server host cloud deploy hosting
network ip internet connection
security password secure encryption encrypt protection
hash digest checksum
login authenticate sign credential account
user account profile member
convert transform change translate
calculate compute evaluate count
sum total add addition plus
subtract difference minus
multiply product times
divide quotient ratio fraction
average mean median mode
maximum max largest biggest highest greatest peak
minimum min smallest lowest least shortest fewest
equation algebra solve math mathematics
geometry triangle circle polygon angle
probability chance likelihood statistics
round floor ceil truncate
integer number numeric digit
sort order rank arrange
filter select pick choose
merge combine join concatenate union
split separate divide partition segment
remove delete erase drop strip clear discard
add insert append create
update edit modify change
unique distinct duplicate dedupe deduplicate
reverse invert flip backward
count number frequency occurrence tally
compare comparison versus difference diff
similar similarity match
random shuffle chance dice
array list sequence vector
string text character letter
uppercase capital capitalize lowercase
distance length far mile kilometer meter
weight mass kilogram pound gram
speed velocity fast pace
energy power electricity battery fuel
area surface
predict forecast prediction estimate
recommend suggestion suggest recommendation advice advise
help assistance support guide
idea inspiration brainstorm creative
analyze analysis examine inspect analytics insight
monitor track tracking watch observe
report statement
extract parse scrape
generate create make produce build
schedule plan arrange organize
optimize improve enhance maximize
fact knowledge wikipedia encyclopedia
pack fit bin container box load
assign allocate distribute
shipment shipping delivery package parcel courier
religion bible god church quran prayer
history historical past ancient
astrology horoscope zodiac tarot
`;

type Related = ReadonlyMap<string, ReadonlySet<string>>;

/** Made with the first search: stemming all groups takes longer than a short command. */
let related: Related | undefined;

function stemmedGroups(): Related {
  const found = new Map<string, Set<string>>();
  for (const line of GROUPS.trim().split("\n")) {
    const group = line.split(" ").map(stem);
    for (const term of group) {
      const others = found.get(term) ?? new Set();
      for (const other of group) if (other !== term) others.add(other);
      found.set(term, others);
    }
  }
  return found;
}

const NONE: ReadonlySet<string> = new Set();

/** Terms (stems) related to this one, without the term itself. */
export function relatedTerms(term: string): ReadonlySet<string> {
  related ??= stemmedGroups();
  return related.get(term) ?? NONE;
}
