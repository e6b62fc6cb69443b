-- Accounts, and the areas whose tables the service keeps: wide ids, instants with a time zone, one user a name.

-- The form that names and addresses are compared in: upper case of each character by itself, in any database whatever
-- its collation. The two lists are made from the service's own runtime and compared with it by a test; when a newer
-- runtime knows more letters, a new script replaces the function and renews the columns made with it.
create function public.text_key(value text) returns text
    language sql immutable strict parallel safe
    return translate(value,
        'abcdefghijklmnopqrstuvwxyzµàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿāăąćĉċ'
        'čďđēĕėęěĝğġģĥħĩīĭįĳĵķĺļľŀłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷźżžƀƃƅƈƌƒƕƙƚ'
        'ƛƞơƣƥƨƭưƴƶƹƽƿǅǆǈǉǋǌǎǐǒǔǖǘǚǜǝǟǡǣǥǧǩǫǭǯǲǳǵǹǻǽǿȁȃȅȇȉȋȍȏȑȓȕȗșțȝȟȣȥȧȩ'
        'ȫȭȯȱȳȼȿɀɂɇɉɋɍɏɐɑɒɓɔɖɗəɛɜɠɡɣɤɥɦɨɩɪɫɬɯɱɲɵɽʀʂʃʇʈʉʊʋʌʒʝʞͅͱͳͷͻͼͽάέήία'
        'βγδεζηθικλμνξοπρςστυφχψωϊϋόύώϐϑϕϖϗϙϛϝϟϡϣϥϧϩϫϭϯϰϱϲϳϵϸϻабвгдежзийк'
        'лмнопрстуфхцчшщъыьэюяѐёђѓєѕіїјљњћќѝўџѡѣѥѧѩѫѭѯѱѳѵѷѹѻѽѿҁҋҍҏґғҕҗҙқҝ'
        'ҟҡңҥҧҩҫҭүұҳҵҷҹһҽҿӂӄӆӈӊӌӎӏӑӓӕӗәӛӝӟӡӣӥӧөӫӭӯӱӳӵӷӹӻӽӿԁԃԅԇԉԋԍԏԑԓԕԗԙԛԝ'
        'ԟԡԣԥԧԩԫԭԯաբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆაბგდევზთიკლმნოპჟრ'
        'სტუფქღყშჩცძწჭხჯჰჱჲჳჴჵჶჷჸჹჺჽჾჿᏸᏹᏺᏻᏼᏽᲀᲁᲂᲃᲄᲅᲆᲇᲈᲊᵹᵽᶎḁḃḅḇḉḋḍḏḑḓḕḗḙḛḝḟ'
        'ḡḣḥḧḩḫḭḯḱḳḵḷḹḻḽḿṁṃṅṇṉṋṍṏṑṓṕṗṙṛṝṟṡṣṥṧṩṫṭṯṱṳṵṷṹṻṽṿẁẃẅẇẉẋẍẏẑẓẕẛạảấầ'
        'ẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹỻỽỿἀἁἂἃἄἅἆἇἐἑἒἓἔἕἠἡἢἣἤἥ'
        'ἦἧἰἱἲἳἴἵἶἷὀὁὂὃὄὅὑὓὕὗὠὡὢὣὤὥὦὧὰάὲέὴήὶίὸόὺύὼώᾀᾁᾂᾃᾄᾅᾆᾇᾐᾑᾒᾓᾔᾕᾖᾗᾠᾡᾢᾣᾤᾥ'
        'ᾦᾧᾰᾱᾳιῃῐῑῠῡῥῳⅎⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻⅼⅽⅾⅿↄⓐⓑⓒⓓⓔⓕⓖⓗⓘⓙⓚⓛⓜⓝⓞⓟⓠⓡⓢⓣⓤⓥⓦⓧⓨⓩⰰⰱⰲⰳⰴⰵⰶ'
        'ⰷⰸⰹⰺⰻⰼⰽⰾⰿⱀⱁⱂⱃⱄⱅⱆⱇⱈⱉⱊⱋⱌⱍⱎⱏⱐⱑⱒⱓⱔⱕⱖⱗⱘⱙⱚⱛⱜⱝⱞⱟⱡⱥⱦⱨⱪⱬⱳⱶⲁⲃⲅⲇⲉⲋⲍⲏⲑⲓⲕⲗⲙⲛⲝ'
        'ⲟⲡⲣⲥⲧⲩⲫⲭⲯⲱⲳⲵⲷⲹⲻⲽⲿⳁⳃⳅⳇⳉⳋⳍⳏⳑⳓⳕⳗⳙⳛⳝⳟⳡⳣⳬⳮⳳⴀⴁⴂⴃⴄⴅⴆⴇⴈⴉⴊⴋⴌⴍⴎⴏⴐⴑⴒⴓⴔⴕⴖⴗⴘⴙ'
        'ⴚⴛⴜⴝⴞⴟⴠⴡⴢⴣⴤⴥⴧⴭꙁꙃꙅꙇꙉꙋꙍꙏꙑꙓꙕꙗꙙꙛꙝꙟꙡꙣꙥꙧꙩꙫꙭꚁꚃꚅꚇꚉꚋꚍꚏꚑꚓꚕꚗꚙꚛꜣꜥꜧꜩꜫꜭꜯꜳꜵꜷꜹꜻꜽ'
        'ꜿꝁꝃꝅꝇꝉꝋꝍꝏꝑꝓꝕꝗꝙꝛꝝꝟꝡꝣꝥꝧꝩꝫꝭꝯꝺꝼꝿꞁꞃꞅꞇꞌꞑꞓꞔꞗꞙꞛꞝꞟꞡꞣꞥꞧꞩꞵꞷꞹꞻꞽꞿꟁꟃꟈꟊꟍꟑꟗꟙꟛꟶꭓꭰ'
        'ꭱꭲꭳꭴꭵꭶꭷꭸꭹꭺꭻꭼꭽꭾꭿꮀꮁꮂꮃꮄꮅꮆꮇꮈꮉꮊꮋꮌꮍꮎꮏꮐꮑꮒꮓꮔꮕꮖꮗꮘꮙꮚꮛꮜꮝꮞꮟꮠꮡꮢꮣꮤꮥꮦꮧꮨꮩꮪꮫꮬꮭꮮꮯꮰ'
        'ꮱꮲꮳꮴꮵꮶꮷꮸꮹꮺꮻꮼꮽꮾꮿａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ𐐨𐐩𐐪𐐫𐐬𐐭𐐮𐐯𐐰𐐱𐐲𐐳𐐴𐐵𐐶𐐷𐐸𐐹𐐺𐐻𐐼𐐽𐐾'
        '𐐿𐑀𐑁𐑂𐑃𐑄𐑅𐑆𐑇𐑈𐑉𐑊𐑋𐑌𐑍𐑎𐑏𐓘𐓙𐓚𐓛𐓜𐓝𐓞𐓟𐓠𐓡𐓢𐓣𐓤𐓥𐓦𐓧𐓨𐓩𐓪𐓫𐓬𐓭𐓮𐓯𐓰𐓱𐓲𐓳𐓴𐓵𐓶𐓷𐓸𐓹𐓺𐓻𐖗𐖘𐖙𐖚𐖛𐖜𐖝𐖞𐖟𐖠𐖡'
        '𐖣𐖤𐖥𐖦𐖧𐖨𐖩𐖪𐖫𐖬𐖭𐖮𐖯𐖰𐖱𐖳𐖴𐖵𐖶𐖷𐖸𐖹𐖻𐖼𐳀𐳁𐳂𐳃𐳄𐳅𐳆𐳇𐳈𐳉𐳊𐳋𐳌𐳍𐳎𐳏𐳐𐳑𐳒𐳓𐳔𐳕𐳖𐳗𐳘𐳙𐳚𐳛𐳜𐳝𐳞𐳟𐳠𐳡𐳢𐳣𐳤𐳥𐳦𐳧'
        '𐳨𐳩𐳪𐳫𐳬𐳭𐳮𐳯𐳰𐳱𐳲𐵰𐵱𐵲𐵳𐵴𐵵𐵶𐵷𐵸𐵹𐵺𐵻𐵼𐵽𐵾𐵿𐶀𐶁𐶂𐶃𐶄𐶅𑣀𑣁𑣂𑣃𑣄𑣅𑣆𑣇𑣈𑣉𑣊𑣋𑣌𑣍𑣎𑣏𑣐𑣑𑣒𑣓𑣔𑣕𑣖𑣗𑣘𑣙𑣚𑣛𑣜𑣝𑣞'
        '𑣟𖹠𖹡𖹢𖹣𖹤𖹥𖹦𖹧𖹨𖹩𖹪𖹫𖹬𖹭𖹮𖹯𖹰𖹱𖹲𖹳𖹴𖹵𖹶𖹷𖹸𖹹𖹺𖹻𖹼𖹽𖹾𖹿𞤢𞤣𞤤𞤥𞤦𞤧𞤨𞤩𞤪𞤫𞤬𞤭𞤮𞤯𞤰𞤱𞤲𞤳𞤴𞤵𞤶𞤷𞤸𞤹𞤺𞤻𞤼𞤽𞤾𞤿𞥀'
        '𞥁𞥂𞥃',
        'ABCDEFGHIJKLMNOPQRSTUVWXYZΜÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞŸĀĂĄĆĈĊ'
        'ČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮĲĴĶĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŹŻŽɃƂƄƇƋƑǶƘȽ'
        'ꟜȠƠƢƤƧƬƯƳƵƸƼǷǄǄǇǇǊǊǍǏǑǓǕǗǙǛƎǞǠǢǤǦǨǪǬǮǱǱǴǸǺǼǾȀȂȄȆȈȊȌȎȐȒȔȖȘȚȜȞȢȤȦȨ'
        'ȪȬȮȰȲȻⱾⱿɁɆɈɊɌɎⱯⱭⱰƁƆƉƊƏƐꞫƓꞬƔꟋꞍꞪƗƖꞮⱢꞭƜⱮƝƟⱤƦꟅƩꞱƮɄƱƲɅƷꞲꞰΙͰͲͶϽϾϿΆΈΉΊΑ'
        'ΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΣΤΥΦΧΨΩΪΫΌΎΏΒΘΦΠϏϘϚϜϞϠϢϤϦϨϪϬϮΚΡϹͿΕϷϺАБВГДЕЖЗИЙК'
        'ЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏѠѢѤѦѨѪѬѮѰѲѴѶѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜ'
        'ҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӁӃӅӇӉӋӍӀӐӒӔӖӘӚӜӞӠӢӤӦӨӪӬӮӰӲӴӶӸӺӼӾԀԂԄԆԈԊԌԎԐԒԔԖԘԚԜ'
        'ԞԠԢԤԦԨԪԬԮԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖᲐᲑᲒᲓᲔᲕᲖᲗᲘᲙᲚᲛᲜᲝᲞᲟᲠ'
        'ᲡᲢᲣᲤᲥᲦᲧᲨᲩᲪᲫᲬᲭᲮᲯᲰᲱᲲᲳᲴᲵᲶᲷᲸᲹᲺᲽᲾᲿᏰᏱᏲᏳᏴᏵВДОСТТЪѢꙊᲉꝽⱣꟆḀḂḄḆḈḊḌḎḐḒḔḖḘḚḜḞ'
        'ḠḢḤḦḨḪḬḮḰḲḴḶḸḺḼḾṀṂṄṆṈṊṌṎṐṒṔṖṘṚṜṞṠṢṤṦṨṪṬṮṰṲṴṶṸṺṼṾẀẂẄẆẈẊẌẎẐẒẔṠẠẢẤẦ'
        'ẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸỺỼỾἈἉἊἋἌἍἎἏἘἙἚἛἜἝἨἩἪἫἬἭ'
        'ἮἯἸἹἺἻἼἽἾἿὈὉὊὋὌὍὙὛὝὟὨὩὪὫὬὭὮὯᾺΆῈΈῊΉῚΊῸΌῪΎῺΏᾈᾉᾊᾋᾌᾍᾎᾏᾘᾙᾚᾛᾜᾝᾞᾟᾨᾩᾪᾫᾬᾭ'
        'ᾮᾯᾸᾹᾼΙῌῘῙῨῩῬῼℲⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫⅬⅭⅮⅯↃⒶⒷⒸⒹⒺⒻⒼⒽⒾⒿⓀⓁⓂⓃⓄⓅⓆⓇⓈⓉⓊⓋⓌⓍⓎⓏⰀⰁⰂⰃⰄⰅⰆ'
        'ⰇⰈⰉⰊⰋⰌⰍⰎⰏⰐⰑⰒⰓⰔⰕⰖⰗⰘⰙⰚⰛⰜⰝⰞⰟⰠⰡⰢⰣⰤⰥⰦⰧⰨⰩⰪⰫⰬⰭⰮⰯⱠȺȾⱧⱩⱫⱲⱵⲀⲂⲄⲆⲈⲊⲌⲎⲐⲒⲔⲖⲘⲚⲜ'
        'ⲞⲠⲢⲤⲦⲨⲪⲬⲮⲰⲲⲴⲶⲸⲺⲼⲾⳀⳂⳄⳆⳈⳊⳌⳎⳐⳒⳔⳖⳘⳚⳜⳞⳠⳢⳫⳭⳲႠႡႢႣႤႥႦႧႨႩႪႫႬႭႮႯႰႱႲႳႴႵႶႷႸႹ'
        'ႺႻႼႽႾႿჀჁჂჃჄჅჇჍꙀꙂꙄꙆꙈꙊꙌꙎꙐꙒꙔꙖꙘꙚꙜꙞꙠꙢꙤꙦꙨꙪꙬꚀꚂꚄꚆꚈꚊꚌꚎꚐꚒꚔꚖꚘꚚꜢꜤꜦꜨꜪꜬꜮꜲꜴꜶꜸꜺꜼ'
        'ꜾꝀꝂꝄꝆꝈꝊꝌꝎꝐꝒꝔꝖꝘꝚꝜꝞꝠꝢꝤꝦꝨꝪꝬꝮꝹꝻꝾꞀꞂꞄꞆꞋꞐꞒꟄꞖꞘꞚꞜꞞꞠꞢꞤꞦꞨꞴꞶꞸꞺꞼꞾꟀꟂꟇꟉꟌꟐꟖꟘꟚꟵꞳᎠ'
        'ᎡᎢᎣᎤᎥᎦᎧᎨᎩᎪᎫᎬᎭᎮᎯᎰᎱᎲᎳᎴᎵᎶᎷᎸᎹᎺᎻᎼᎽᎾᎿᏀᏁᏂᏃᏄᏅᏆᏇᏈᏉᏊᏋᏌᏍᏎᏏᏐᏑᏒᏓᏔᏕᏖᏗᏘᏙᏚᏛᏜᏝᏞᏟᏠ'
        'ᏡᏢᏣᏤᏥᏦᏧᏨᏩᏪᏫᏬᏭᏮᏯＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ𐐀𐐁𐐂𐐃𐐄𐐅𐐆𐐇𐐈𐐉𐐊𐐋𐐌𐐍𐐎𐐏𐐐𐐑𐐒𐐓𐐔𐐕𐐖'
        '𐐗𐐘𐐙𐐚𐐛𐐜𐐝𐐞𐐟𐐠𐐡𐐢𐐣𐐤𐐥𐐦𐐧𐒰𐒱𐒲𐒳𐒴𐒵𐒶𐒷𐒸𐒹𐒺𐒻𐒼𐒽𐒾𐒿𐓀𐓁𐓂𐓃𐓄𐓅𐓆𐓇𐓈𐓉𐓊𐓋𐓌𐓍𐓎𐓏𐓐𐓑𐓒𐓓𐕰𐕱𐕲𐕳𐕴𐕵𐕶𐕷𐕸𐕹𐕺'
        '𐕼𐕽𐕾𐕿𐖀𐖁𐖂𐖃𐖄𐖅𐖆𐖇𐖈𐖉𐖊𐖌𐖍𐖎𐖏𐖐𐖑𐖒𐖔𐖕𐲀𐲁𐲂𐲃𐲄𐲅𐲆𐲇𐲈𐲉𐲊𐲋𐲌𐲍𐲎𐲏𐲐𐲑𐲒𐲓𐲔𐲕𐲖𐲗𐲘𐲙𐲚𐲛𐲜𐲝𐲞𐲟𐲠𐲡𐲢𐲣𐲤𐲥𐲦𐲧'
        '𐲨𐲩𐲪𐲫𐲬𐲭𐲮𐲯𐲰𐲱𐲲𐵐𐵑𐵒𐵓𐵔𐵕𐵖𐵗𐵘𐵙𐵚𐵛𐵜𐵝𐵞𐵟𐵠𐵡𐵢𐵣𐵤𐵥𑢠𑢡𑢢𑢣𑢤𑢥𑢦𑢧𑢨𑢩𑢪𑢫𑢬𑢭𑢮𑢯𑢰𑢱𑢲𑢳𑢴𑢵𑢶𑢷𑢸𑢹𑢺𑢻𑢼𑢽𑢾'
        '𑢿𖹀𖹁𖹂𖹃𖹄𖹅𖹆𖹇𖹈𖹉𖹊𖹋𖹌𖹍𖹎𖹏𖹐𖹑𖹒𖹓𖹔𖹕𖹖𖹗𖹘𖹙𖹚𖹛𖹜𖹝𖹞𖹟𞤀𞤁𞤂𞤃𞤄𞤅𞤆𞤇𞤈𞤉𞤊𞤋𞤌𞤍𞤎𞤏𞤐𞤑𞤒𞤓𞤔𞤕𞤖𞤗𞤘𞤙𞤚𞤛𞤜𞤝𞤞'
        '𞤟𞤠𞤡');

comment on function public.text_key(text) is 'What names and e-mail addresses are compared by.';

-- Ids: the counters go on after whatever was given before, also to rows that are gone.
do $$
declare
    owner text;
    counter text;
    given bigint;
    present bigint;
begin
    foreach owner in array array['users', 'admin_config', 'alerts', 'driver_notifications', 'map_positions', 'notification_history', 'feedback'] loop
        given := 0;
        counter := pg_get_serial_sequence('public.' || owner, 'id');
        if counter is not null then
            execute format('select case when is_called then last_value else last_value - 1 end from %s', counter) into given;
        end if;

        execute format('select coalesce(max(id), 0) from public.%I', owner) into present;
        execute format('alter table public.%I alter column id drop identity if exists', owner);
        execute format('alter table public.%I alter column id drop default', owner);
        if counter is not null then
            execute format('drop sequence if exists %s', counter);
        end if;

        execute format('alter table public.%I alter column id type bigint', owner);
        execute format('alter table public.%I alter column id add generated by default as identity (start with %s)', owner, greatest(given, present, 0) + 1);
    end loop;
end
$$;

-- Instants: they were written in UTC without saying so. The service's clock gives them from now on, in whole milliseconds.

update public.users
set role = coalesce(role, 'user'), created_at = coalesce(created_at, now() at time zone 'UTC')
where role is null or created_at is null;

alter table public.users rename column password to password_hash;

alter table public.users
    drop constraint if exists users_role_check,
    alter column username set not null,
    alter column email set not null,
    alter column role set not null,
    alter column created_at drop default,
    alter column created_at type timestamptz using date_trunc('milliseconds', created_at at time zone 'UTC'),
    alter column created_at set not null;

alter table public.users
    add constraint users_role_check check (role in ('user', 'admin')),
    add column name_key text collate "C" generated always as (public.text_key(username)) stored,
    add column email_key text collate "C" generated always as (public.text_key(email)) stored;

alter table public.users
    alter column name_key set not null,
    alter column email_key set not null,
    add constraint users_name_key_unique unique (name_key),
    add constraint users_email_key_unique unique (email_key);

drop index if exists public.idx_users_email;
drop index if exists public.idx_users_username;

comment on column public.users.username is 'As typed; usually the name on Trackmania Exchange.';
comment on column public.users.password_hash is 'bcrypt, modular crypt format.';
comment on column public.users.tm_username is 'Display name in Trackmania.';
comment on column public.users.tm_account_id is 'Account id of Trackmania.';

update public.admin_config set updated_at = now() at time zone 'UTC' where updated_at is null;

alter table public.admin_config
    alter column updated_at drop default,
    alter column updated_at type timestamptz using date_trunc('milliseconds', updated_at at time zone 'UTC'),
    alter column updated_at set not null;

update public.alerts
set created_at = coalesce(created_at, now() at time zone 'UTC'),
    updated_at = coalesce(updated_at, created_at, now() at time zone 'UTC'),
    alert_type = coalesce(alert_type, 'accurate'),
    map_count = coalesce(map_count, 0),
    record_filter = coalesce(record_filter, 'top5')
where created_at is null or updated_at is null or alert_type is null or map_count is null or record_filter is null;

alter table public.alerts
    drop constraint if exists alerts_alert_type_check,
    drop constraint if exists alerts_record_filter_check,
    alter column user_id type bigint,
    alter column created_at drop default,
    alter column created_at type timestamptz using date_trunc('milliseconds', created_at at time zone 'UTC'),
    alter column created_at set not null,
    alter column updated_at drop default,
    alter column updated_at type timestamptz using date_trunc('milliseconds', updated_at at time zone 'UTC'),
    alter column updated_at set not null,
    alter column alert_type set not null,
    alter column map_count set not null,
    alter column record_filter set default 'top5',
    alter column record_filter set not null;

alter table public.alerts
    add constraint alerts_alert_type_check check (alert_type in ('accurate', 'inaccurate')),
    add constraint alerts_record_filter_check check (record_filter in ('top5', 'wr', 'all')),
    add constraint alerts_user_id_unique unique (user_id);

drop index if exists public.idx_alerts_user_id;

comment on column public.alerts.username is 'Copy of the user''s name at the time of creation.';
comment on column public.alerts.email is 'Where the mails go: copy of the user''s address at the time of creation.';
comment on column public.alerts.alert_type is 'accurate: boards are compared; inaccurate: only positions, see map_positions.';
comment on column public.alerts.map_count is 'Maps of the mapper when they were last counted.';

alter table public.alert_maps
    alter column alert_id type bigint;

drop index if exists public.idx_alert_maps_alert_id;
create index idx_alert_maps_mapid on public.alert_maps (mapid);

comment on column public.alert_maps.mapid is 'Map UID.';

update public.driver_notifications
set created_at = coalesce(created_at, now() at time zone 'UTC'),
    updated_at = coalesce(updated_at, created_at, now() at time zone 'UTC'),
    status = coalesce(status, 'active'),
    is_active = coalesce(is_active, true)
where created_at is null or updated_at is null or status is null or is_active is null;

alter table public.driver_notifications
    alter column user_id type bigint,
    alter column created_at drop default,
    alter column created_at type timestamptz using date_trunc('milliseconds', created_at at time zone 'UTC'),
    alter column created_at set not null,
    alter column updated_at drop default,
    alter column updated_at type timestamptz using date_trunc('milliseconds', updated_at at time zone 'UTC'),
    alter column updated_at set not null,
    alter column last_checked drop default,
    alter column last_checked type timestamptz using date_trunc('milliseconds', last_checked at time zone 'UTC'),
    alter column status set not null,
    alter column is_active set not null;

drop index if exists public.idx_driver_notifications_user_id;

comment on column public.driver_notifications.current_position is 'World position when it was last seen.';
comment on column public.driver_notifications.personal_best is 'Milliseconds, as of the creation.';
comment on column public.driver_notifications.last_checked is 'Null: never.';

update public.map_positions
set created_at = coalesce(created_at, now() at time zone 'UTC'),
    updated_at = coalesce(updated_at, created_at, now() at time zone 'UTC')
where created_at is null or updated_at is null;

alter table public.map_positions
    alter column created_at drop default,
    alter column created_at type timestamptz using date_trunc('milliseconds', created_at at time zone 'UTC'),
    alter column created_at set not null,
    alter column updated_at drop default,
    alter column updated_at type timestamptz using date_trunc('milliseconds', updated_at at time zone 'UTC'),
    alter column updated_at set not null,
    alter column last_checked drop default,
    alter column last_checked type timestamptz using date_trunc('milliseconds', last_checked at time zone 'UTC');

drop index if exists public.idx_map_positions_map_uid;

comment on table public.map_positions is 'How many players maps had, for alerts that compare positions only; shared by all users.';
comment on column public.map_positions.position is 'Position that a run slower than all others would have.';
comment on column public.map_positions.score is 'Milliseconds of the run that was asked for.';
comment on column public.map_positions.last_checked is 'When the position was last seen to change. Null: never.';

update public.notification_history
set created_at = coalesce(created_at, now() at time zone 'UTC'), records_found = coalesce(records_found, 0)
where created_at is null or records_found is null;

alter table public.notification_history
    alter column user_id type bigint,
    alter column created_at drop default,
    alter column created_at type timestamptz using date_trunc('milliseconds', created_at at time zone 'UTC'),
    alter column created_at set not null,
    alter column records_found set not null;

comment on column public.notification_history.records_found is 'Maps with news of a mapper alert; changed positions of driver notifications.';
comment on column public.notification_history.processing_date is 'Day of the run in UTC.';

update public.feedback
set created_at = coalesce(created_at, now() at time zone 'UTC'), type = coalesce(type, 'general')
where created_at is null or type is null;

alter table public.feedback
    alter column user_id type bigint,
    alter column created_at drop default,
    alter column created_at type timestamptz using date_trunc('milliseconds', created_at at time zone 'UTC'),
    alter column created_at set not null,
    alter column read_at type timestamptz using date_trunc('milliseconds', read_at at time zone 'UTC'),
    alter column type set not null;

comment on column public.feedback.type is 'Free text.';
comment on column public.feedback.read_at is 'Null: not read yet.';

-- Texts: they were stored escaped for HTML, once. The ampersand comes last, or what it uncovers would be decoded again.

update public.driver_notifications
set map_name = replace(replace(replace(replace(replace(map_name, '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#x27;', ''''), '&amp;', '&')
where map_name ~ '&(lt|gt|quot|#x27|amp);';

update public.feedback
set message = replace(replace(replace(replace(replace(message, '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#x27;', ''''), '&amp;', '&')
where message ~ '&(lt|gt|quot|#x27|amp);';

update public.feedback
set type = replace(replace(replace(replace(replace(type, '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#x27;', ''''), '&amp;', '&')
where type ~ '&(lt|gt|quot|#x27|amp);';
